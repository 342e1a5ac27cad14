import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSharedOverrides } from '../../../src/control/overrides/shared-overrides.ts';
import { createUseOverride } from '../../../src/control/overrides/use-override.ts';
import { redisKeys } from '../../../src/control/redis-keys.ts';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { redisBackends, type TestRedis } from '../../redis-backends.ts';

const about = { account: 'a', symbol: 'SPX', action: 'BUY' } as const;
const epoch = 7;

/** What a call came to that nobody waits for any more. */
type Late = () => Promise<unknown>;

/**
 * A way to Redis on which calls are lost, done without their reply being told, done twice, or done long after they were given up.
 */
function flaky(redis: TestRedis['redis'], random: SeededRandom, late: Late[]): TestRedis['redis'] {
  async function deliver(call: () => Promise<unknown>): Promise<unknown> {
    switch (random.below(8)) {
      case 0:
        throw new Error('request lost');
      case 1:
        await call();
        throw new Error('reply lost');
      case 2:
        await call();
        return call();
      case 3:
        late.push(call);
        throw new Error('no answer in time');
      default:
        return call();
    }
  }
  return new Proxy(redis, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (name !== 'eval' && name !== 'evalsha') return method;
      return (...args: unknown[]) => deliver(() => method.apply(target, args));
    },
  });
}

describe.each(redisBackends())('an override under faults, on $name', ({ open }) => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await open();
  });
  afterAll(() => redis.close());

  const setEpoch = (to: number) => redis.run('HSET', redisKeys.control, 'epoch', String(to));

  /** Which of 12 decisions on three isolates were told that it is theirs; Redis is rolled back so often between them. */
  async function appliedTo(seed: number, rollbacks: number): Promise<readonly string[]> {
    const random = new SeededRandom(seed);
    const late: Late[] = [];
    await redis.run('FLUSHALL');
    await setEpoch(epoch);
    const why = { approvedBy: ['ann', 'eve'], reason: 'r' };
    await createSharedOverrides(redis.redis).approve({
      ...{ id: 'o', ...about, ...why, riskMax: 0.5, epoch, lifeMs: 60_000 },
    });
    const kept = String(await redis.run('HGET', redisKeys.overrides, 'o'));
    const isolates = Array.from({ length: 3 }, () => createUseOverride(flaky(redis.redis, random, late)));
    const applied: string[] = [];
    for (let decision = 0; decision < 12; decision += 1) {
      const isolate = isolates[random.below(isolates.length)];
      const ask = { overrideId: 'o', decisionId: `d-${decision}`, ...about, epoch, risk: 0.4 };
      const use = await isolate?.(ask);
      if (use?.ok && use.value === 'applied') applied.push(ask.decisionId);
      if (random.below(3) === 0) await late.shift()?.();
      if (decision === 3 && seed % 4 === 0) await setEpoch(epoch + 1);
      if (decision > 3 && decision <= 3 + rollbacks) await redis.run('HSET', redisKeys.overrides, 'o', kept);
    }
    return applied;
  }

  it('is never used by two decisions, and mostly by one', async () => {
    let used = 0;
    for (let seed = 1; seed <= 150; seed += 1) {
      const applied = await appliedTo(seed, 0);
      expect(applied.length, `seed ${seed}: ${applied}`).toBeLessThanOrEqual(1);
      used += applied.length;
    }
    expect(used).toBeGreaterThan(60);
  });

  it('is used once more at most for each time that Redis is rolled back', async () => {
    const most = [];
    for (let seed = 1; seed <= 60; seed += 1) most.push((await appliedTo(seed, 2)).length);
    expect(Math.max(...most)).toBeLessThanOrEqual(3);
  });
});
