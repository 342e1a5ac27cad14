import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUseSignature } from '../../src/control/use-signature.ts';
import { redisBackends, type TestRedis } from '../redis-backends.ts';

describe.each(redisBackends())('signatures are taken once, on $name', ({ open }) => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await open();
  });
  afterAll(() => redis.close());

  it('by whichever isolate, for longer than any window', async () => {
    const [one, other] = [createUseSignature(redis.redis), createUseSignature(redis.redis)];
    const outcomes = await Promise.all([one('a'), other('a'), one('a'), other('b')]);
    const told = outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.error));
    expect(told.slice(0, 3).toSorted()).toEqual(['new', 'used', 'used']);
    expect(told[3]).toBe('new');
    expect(Number(await redis.run('PTTL', 'ultrathink:signature:a'))).toBeGreaterThan(61_000);
  });
});
