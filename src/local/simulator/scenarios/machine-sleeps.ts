import { sleepMsMin } from '../platform.ts';
import { keepAsking } from './keep-asking.ts';
import type { Scenario, Stage } from './stage.ts';

const rounds = 2;

/**
 * Machines sleep for longer than a permission is good, while trading is held back, or let go and held back again, over others:
 * whoever asks one of them finds it with what it knew before, by a clock that stood still.
 */
export const machineSleeps: Scenario = {
  faultyMs: 5_500,
  isOnMachines: true,
  play(stage) {
    keepAsking(stage, stage.living, 60);
    stage.time.after(stage.draw.between(600, 900), () => void playRounds(stage));
  },
};

async function playRounds(stage: Stage): Promise<void> {
  const { time, draw, counts, operator, isolates } = stage;
  const [awake, ...others] = isolates;
  for (let round = 0; round < rounds; round++) {
    const wakesAtMs = time.monotonicMs() + draw.between(1_200, 1_700);
    for (const { platform } of others) {
      counts['machine sleeps'] += 1;
      platform.fallAsleep(wakesAtMs - draw.between(0, sleepMsMin / 2));
    }
    const holdBack = () => operator.restrict(draw.pick(['halt', 'reduce'] as const), { of: awake });
    await holdBack();
    if (draw.chance(0.4)) {
      await operator.resume({ of: awake });
      await holdBack();
    }
    await time.sleep(Math.max(0, wakesAtMs - time.monotonicMs()) + draw.between(100, 300));
    await operator.resume({ of: awake });
    await time.sleep(draw.between(400, 600));
  }
}
