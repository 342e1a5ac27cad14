import { roomyKey } from '../keys.ts';
import { targetNames } from '../targets.ts';
import type { Scenario, Stage } from './stage.ts';

const gapMs = 55;
/** Two lives of a view and more. */
const heldMs = 2_200;

const outlivedGapMs = 900;
/** A view's life and more. */
const outlivedMs = 1_050;

/**
 * Single targets are held back for a while, one after the other, while decisions about them are asked for alone and in batches. Now and
 * then an isolate is held up while it waits for what it wrote before its answers, until they may not leave any more.
 */
export const targetsHalted: Scenario = {
  faultyMs: 6_000,
  play(stage) {
    askOn(stage);
    outliveOn(stage);
    stage.time.after(stage.draw.between(300, 600), () => void playRounds(stage));
  },
};

async function playRounds({ time, draw, operator, endsAtMs }: Stage): Promise<void> {
  while (time.monotonicMs() < endsAtMs - heldMs) {
    await operator.restrict(draw.pick(['halt', 'reduce'] as const), { target: draw.pick(targetNames) });
    await time.sleep(heldMs);
    await operator.resume();
  }
}

function askOn(stage: Stage): void {
  const { time, draw, clients, living, endsAtMs, send } = stage;
  const again = () => {
    const isolate = draw.pick(living());
    if (isolate) void send(draw.chance(0.4) ? clients.batch() : clients.acting(), isolate);
    askOn(stage);
  };
  time.after(draw.between(gapMs / 2, gapMs), again, () => time.monotonicMs() >= endsAtMs);
}

function outliveOn(stage: Stage): void {
  const { time, draw, counts, clients, living, endsAtMs, send } = stage;
  const again = () => {
    const isolate = draw.pick(living());
    if (isolate) {
      void send(clients.acting('acked'), isolate);
      void send(clients.batch(roomyKey, 'acked'), isolate);
      // The records are on their way by then.
      time.after(draw.between(0.2, 2), () => {
        counts['isolate stalled'] += 1;
        isolate.platform.stall(time.monotonicMs() + draw.between(outlivedMs, 1.2 * outlivedMs));
      });
    }
    outliveOn(stage);
  };
  time.after(draw.between(outlivedGapMs / 2, outlivedGapMs), again, () => time.monotonicMs() >= endsAtMs);
}
