import { cutOff } from './cut-off.ts';
import { introduce } from './introduce.ts';
import { keepAsking } from './keep-asking.ts';
import type { Scenario } from './stage.ts';

/**
 * Trading is halted and resumed while one isolate sleeps, and then halted again over that one, which has no libSQL by then: it
 * knows an epoch of before, and may not bring Redis back to it.
 */
export const sleptThroughHalt: Scenario = {
  faultyMs: 4_000,
  play(stage) {
    const { time, draw, operator, isolates } = stage;
    const [sleeper, ...others] = isolates;
    if (!sleeper) return;
    keepAsking(stage, () => others, 70);
    introduce(stage, [sleeper]);
    time.after(draw.between(600, 900), async () => {
      await operator.restrict(draw.pick(['halt', 'reduce'] as const), { of: draw.pick(others) });
      await operator.resume({ of: draw.pick(others) });
      cutOff(stage, [sleeper], 'libsql');
      await operator.restrict(draw.pick(['halt', 'reduce'] as const), { of: sleeper });
    });
  },
};
