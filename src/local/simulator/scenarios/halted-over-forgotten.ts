import { cutOff } from './cut-off.ts';
import { introduce } from './introduce.ts';
import { keepAsking } from './keep-asking.ts';
import type { Scenario } from './stage.ts';

/**
 * While one isolate sleeps trading is held back and let go again, twice, and Redis loses all of it; then it is halted over that
 * isolate, which has no libSQL. Redis and it know of an epoch below the resumes of before, which the others and libSQL hold.
 */
export const haltedOverForgotten: Scenario = {
  faultyMs: 4_500,
  play(stage) {
    const { time, draw, operator, redis, isolates, rollBackRedis } = stage;
    const [sleeper, ...others] = isolates;
    if (!sleeper) return;
    keepAsking(stage, () => others, 70);
    introduce(stage, [sleeper]);
    time.after(draw.between(600, 900), async () => {
      const before = redis.snapshot();
      for (let word = 0; word < 2; word++) {
        await operator.restrict(draw.pick(['halt', 'reduce'] as const), { of: draw.pick(others) });
        await operator.resume({ of: draw.pick(others) });
      }
      cutOff(stage, [sleeper], 'libsql');
      rollBackRedis(before);
      // Before anybody who knows better has asked.
      await time.sleep(1);
      await operator.restrict('halt', { of: sleeper });
    });
  },
};
