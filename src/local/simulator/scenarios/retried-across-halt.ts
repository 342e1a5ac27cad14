import { keepAsking } from './keep-asking.ts';
import type { Scenario, Stage } from './stage.ts';

const rounds = 4;

/**
 * An answer is asked for once more right after trading was halted, within its validity, of isolates that have not heard of
 * the halt. Then trading is let go, and all begins anew.
 */
export const retriedAcrossHalt: Scenario = {
  faultyMs: 4_500,
  play(stage) {
    keepAsking(stage, stage.living, 90);
    stage.time.after(stage.draw.between(400, 700), () => void playRounds(stage));
  },
};

async function playRounds(stage: Stage): Promise<void> {
  const { time, draw, operator, clients, isolates, endsAtMs, send } = stage;
  for (let round = 0; round < rounds && time.monotonicMs() < endsAtMs; round++) {
    const [told, ...others] = draw.chance(0.5) ? isolates : isolates.toReversed();
    const answering = draw.pick(others);
    if (!told || !answering) return;
    const asked = clients.acting('once');
    await send(asked, answering);
    // What was answered is kept behind the answer.
    await time.sleep(draw.between(10, 40));
    await operator.restrict(draw.pick(['halt', 'reduce'] as const), { of: told });
    for (const other of others) void send(clients.again(asked), other);
    await time.sleep(draw.between(100, 500));
    await operator.resume({ of: told });
  }
}
