import { targetNames } from '../targets.ts';
import type { Scenario, Stage } from './stage.ts';

const gapMs = 45;
/** Two lives of a view and more. */
const heldMs = 2_200;

/** Single targets are held back for a while, one after the other, while decisions about them are asked for alone and in batches. */
export const targetsHalted: Scenario = {
  faultyMs: 6_000,
  play(stage) {
    askOn(stage);
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
