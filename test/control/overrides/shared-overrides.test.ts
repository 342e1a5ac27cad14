import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OverrideState } from '../../../src/control/overrides/override.ts';
import { type ApproveAsk, createSharedOverrides } from '../../../src/control/overrides/shared-overrides.ts';
import { createUseOverride, type UseAsk } from '../../../src/control/overrides/use-override.ts';
import { redisKeys } from '../../../src/control/redis-keys.ts';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { redisBackends, type TestRedis } from '../../redis-backends.ts';

const epoch = 7;
const about = { account: 'Ä 1;%', symbol: 'SPX', action: 'BUY' } as const;
const why = { approvedBy: ['ann', 'eve'], reason: 'the roll; of\n“May”' };
const approval = (id: string, changed: Partial<ApproveAsk> = {}): ApproveAsk => ({
  ...{ id, ...about, riskMax: 0.55, epoch, lifeMs: 60_000, ...why },
  ...changed,
});
const use = (overrideId: string, decisionId: string, changed: Partial<UseAsk> = {}): UseAsk => ({
  ...{ overrideId, decisionId, ...about, epoch, risk: 0.5 },
  ...changed,
});

describe.each(redisBackends())('overrides, on $name', ({ open }) => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await open();
  });
  beforeEach(async () => {
    await redis.run('FLUSHALL');
    await setEpoch(epoch);
  });
  afterAll(() => redis.close());

  const isolate = () => ({ ...createSharedOverrides(redis.redis), use: createUseOverride(redis.redis) });
  const setEpoch = (to: number) =>
    redis.run('HSET', redisKeys.control, 'epoch', String(to), 'state', 'ACTIVE');

  /** Moves what Redis wrote of its own clock, as if that had moved the other way. */
  async function shiftTimes(id: string, byMs: number): Promise<void> {
    const words = String(await redis.run('HGET', redisKeys.overrides, id)).split(' ');
    const shifted = words.map((word, at) => (at === 1 || at === 2 ? String(Number(word) + byMs) : word));
    await redis.run('HSET', redisKeys.overrides, id, shifted.join(' '));
  }

  it('are used once, by one decision, whoever asks at the same time', async () => {
    const [one, other] = [isolate(), isolate()];
    const approved = await one.approve(approval('o'));
    expect(approved).toMatchObject({ ok: true, value: { kind: 'approved' } });
    const asks = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? one : other).use(use('o', `d-${at}`)));
    const outcomes = (await Promise.all(asks)).map((outcome) => outcome.ok && outcome.value);
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'used')).toHaveLength(19);
    const winner = `d-${outcomes.indexOf('applied')}`;
    expect(await other.use(use('o', winner))).toEqual({ ok: true, value: 'applied' });
    expect(await one.list(epoch)).toMatchObject({ value: [{ id: 'o', state: 'used', endedBy: winner }] });
  });

  it('that nobody used or revoked are told once when their time or their epoch is over, and stay ended', async () => {
    const [one, other] = [isolate(), isolate()];
    for (const id of ['good', 'late', 'revoked', 'used']) await one.approve(approval(id));
    await one.use(use('used', 'd-1'));
    await one.revoke('revoked', 'ann', epoch);
    await shiftTimes('late', -60_001);
    const ends = await Promise.all([one, other, one].map((by) => by.end(epoch)));
    const told = ends.map((end) => (end.ok ? end.value : end.error));
    expect(told.flat()).toEqual([{ id: 'late', state: 'expired' }]);
    expect(await other.use(use('late', 'd-2'))).toMatchObject({ value: 'expired' });
    // What an isolate knows of a later word counts, and what Redis forgot does not.
    expect(await one.end(epoch - 1)).toEqual({ ok: true, value: [] });
    await setEpoch(epoch - 1);
    expect(await one.end(0)).toEqual({ ok: true, value: [] });
    await setEpoch(epoch + 2);
    expect(await one.end(0)).toEqual({ ok: true, value: [{ id: 'good', state: 'superseded' }] });
    await setEpoch(epoch);
    expect(await one.use(use('good', 'd-3'))).toMatchObject({ value: 'superseded' });
    await redis.run('DEL', redisKeys.control);
    expect(await one.end(epoch + 9)).toEqual({ ok: true, value: [] });
  });

  it('are listed as they were agreed to', async () => {
    const approved = await isolate().approve(approval('o'));
    if (!approved.ok || approved.value.kind !== 'approved') throw new Error(JSON.stringify(approved));
    const { expiresAtMs } = approved.value;
    const told = {
      id: 'o',
      ...about,
      ...why,
      riskMax: 0.55,
      epoch,
      state: 'approved',
      endedBy: null,
      expiresAtMs,
    };
    expect(await isolate().list(epoch)).toEqual({ ok: true, value: [told] });
    expect(Math.abs(expiresAtMs - (await redis.nowMs()) - 60_000)).toBeLessThan(5_000);
    expect(await isolate().approve(approval('o'))).toEqual(approved);
  });

  it.each<[string, Partial<UseAsk>, string]>([
    ['a higher risk', { risk: 0.5501 }, 'insufficient'],
    ['another account', { account: 'b' }, 'mismatched'],
    ['another symbol', { symbol: 'DEMO' }, 'mismatched'],
    ['the other side', { action: 'SELL' }, 'mismatched'],
    ['a caller who knows of a later epoch', { epoch: 8 }, 'superseded'],
  ])('are not used by %s, and stay good', async (_, changed, outcome) => {
    await isolate().approve(approval('o'));
    expect(await isolate().use(use('o', 'd', changed))).toEqual({ ok: true, value: outcome });
    expect(await isolate().use(use('o', 'd', { risk: 0.55 }))).toEqual({ ok: true, value: 'applied' });
  });

  it('end by the clock of Redis, also where that was set back', async () => {
    for (const [id, byMs] of [
      ['late', -60_000],
      ['set back', 5_000],
    ] as const) {
      const override = id.replace(' ', '-');
      await isolate().approve(approval(override));
      await shiftTimes(override, byMs);
      expect(await isolate().use(use(override, 'd'))).toEqual({ ok: true, value: 'expired' });
      expect(await isolate().revoke(override, 'ann', epoch)).toEqual({ ok: true, value: 'expired' });
    }
  });

  it('end with any word of an operator, and with a Redis that was wiped', async () => {
    await isolate().approve(approval('o'));
    await setEpoch(epoch + 1);
    expect(await isolate().use(use('o', 'd'))).toEqual({ ok: true, value: 'superseded' });
    expect(await isolate().list(0)).toMatchObject({ value: [{ state: 'superseded' }] });
    expect(await isolate().approve(approval('p'))).toEqual({ ok: true, value: { kind: 'moved' } });
    await redis.run('DEL', redisKeys.control);
    expect(await isolate().use(use('o', 'd'))).toEqual({ ok: true, value: 'superseded' });
    expect(await isolate().approve(approval('p'))).toEqual({ ok: true, value: { kind: 'moved' } });
    await redis.run('FLUSHALL');
    expect(await isolate().use(use('o', 'd'))).toEqual({ ok: true, value: 'unknown' });
  });

  it('are so many at most, of which those that ended long ago make room', async () => {
    const ids = Array.from({ length: 64 }, (_, at) => `o-${at}`);
    for (const id of ids) await isolate().approve(approval(id));
    expect(await isolate().approve(approval('one-more'))).toEqual({ ok: true, value: { kind: 'full' } });
    await shiftTimes('o-3', -3_600_000);
    expect(await isolate().approve(approval('one-more'))).toEqual({ ok: true, value: { kind: 'full' } });
    await shiftTimes('o-3', -60_000);
    expect(await isolate().approve(approval('one-more'))).toMatchObject({ value: { kind: 'approved' } });
    expect(await isolate().revoke('o-3', 'ann', epoch)).toEqual({ ok: true, value: 'unknown' });
    expect(Number(await redis.run('PTTL', redisKeys.overrides))).toBeGreaterThan(3_600_000);
  });

  it('go through their states as the table says, in 300 drawn sequences', async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      await redis.run('FLUSHALL');
      expect(await walk(new SeededRandom(seed)), `seed ${seed}`).toBe('as the table says');
    }
  });

  /** What may happen to one override, against its table (control/lua/overrides.ts). */
  async function walk(random: SeededRandom): Promise<string> {
    await setEpoch(epoch);
    await isolate().approve(approval('o'));
    const model = { state: 'approved' as OverrideState, by: '', inTime: true, sameEpoch: true };
    const now = (): OverrideState => {
      if (model.state !== 'approved') return model.state;
      if (!model.inTime) return 'expired';
      return model.sameEpoch ? 'approved' : 'superseded';
    };
    for (let step = 0; step < 8; step += 1) {
      const drawn = random.below(8);
      const by = `d-${random.below(3)}`;
      if (drawn === 0) {
        await setEpoch(epoch + 1);
        model.sameEpoch = false;
      } else if (drawn === 1) {
        await shiftTimes('o', -60_000);
        model.inTime = false;
      } else if (drawn === 2) {
        const before = now();
        const expected = before === 'approved' ? 'revoked' : before;
        if (before === 'approved') Object.assign(model, { state: 'revoked', by: 'ann' });
        const outcome = await isolate().revoke('o', 'ann', 0);
        if (!outcome.ok || outcome.value !== expected)
          return `revoke: ${JSON.stringify(outcome)} in ${before}`;
      } else if (drawn < 6) {
        const before = now();
        const isOwn = before === 'used' && model.by === by;
        const expected = before === 'approved' || isOwn ? 'applied' : before;
        if (before === 'approved') Object.assign(model, { state: 'used', by });
        const outcome = await isolate().use(use('o', by));
        if (!outcome.ok || outcome.value !== expected) return `use: ${JSON.stringify(outcome)} in ${before}`;
      }
      const listed = await isolate().list(0);
      const [held] = listed.ok ? listed.value : [];
      if (held?.state !== now() || (held.endedBy ?? '') !== model.by)
        return `list: ${JSON.stringify(listed)}`;
    }
    return 'as the table says';
  }

  it('are not read from what none of the scripts wrote', async () => {
    await redis.run('HSET', redisKeys.overrides, 'odd', 'approved 1 2 7 0.5 - %7B %');
    expect(await isolate().list(epoch)).toMatchObject({ ok: false });
    expect(await isolate().use(use('odd', 'd'))).toEqual({ ok: true, value: 'mismatched' });
  });
});
