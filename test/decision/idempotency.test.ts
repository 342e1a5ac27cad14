import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Claim,
  type ClaimAsk,
  createIdempotency,
  type Idempotency,
} from '../../src/decision/idempotency.ts';
import { createRedis } from '../../src/store/redis.ts';
import { redisBackends, type TestRedis } from '../redis-backends.ts';

let ids = 0;
const counter = { next: () => `id-${++ids}` };
const clock = { monotonicMs: () => 7_000 };

describe.each(redisBackends())('an idempotency key on $name', ({ open }) => {
  let store: TestRedis;
  let idempotency: Idempotency;
  let nowMs: number;

  beforeAll(async () => {
    store = await open();
    idempotency = createIdempotency({ redis: store.redis, ids: counter, clock });
  });
  beforeEach(async () => {
    await store.run('FLUSHALL');
    nowMs = await store.nowMs();
  });
  afterAll(() => store.close());

  const ask = (over: Partial<ClaimAsk> = {}): ClaimAsk => ({
    principal: 'key-1',
    route: 'decisions',
    key: 'abc',
    body: '{"symbol":"SPX"}',
    epoch: 5,
    ...over,
  });
  async function claimed(over: Partial<ClaimAsk> = {}): Promise<Claim> {
    const outcome = await idempotency.claim(ask(over));
    if (outcome.kind !== 'claimed') throw new Error(outcome.kind);
    return outcome.claim;
  }
  const kindOf = async (over: Partial<ClaimAsk> = {}) => (await idempotency.claim(ask(over))).kind;
  const answer = {
    status: 200,
    body: '{"action":"BUY","note":"Zürich ✓ 1.10"}',
    validForMs: null,
    epoch: 5,
  };
  const redisKey = 'ultrathink:claim:["key-1","decisions","abc"]';

  it('that is new is claimed, by one of many at once', async () => {
    const kinds = await Promise.all(Array.from({ length: 20 }, () => kindOf()));
    expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'in-progress')).toHaveLength(19);
  });

  it('that was answered gives the same status and bytes again', async () => {
    await idempotency.complete(await claimed(), { ...answer, status: 409 });
    const expected = { kind: 'replay', status: 409, body: answer.body, expiresAtMs: null };
    expect(await idempotency.claim(ask())).toEqual(expected);
    expect(await idempotency.claim(ask())).toEqual(expected);
  });

  it('with another body is a mismatch, in flight and answered', async () => {
    const claim = await claimed();
    expect(await kindOf({ body: '{"symbol":"NDX"}' })).toBe('mismatch');
    await idempotency.complete(claim, answer);
    expect(await kindOf({ body: '{"symbol":"SPX" }' })).toBe('mismatch');
  });

  it('belongs to its principal and its route', async () => {
    await claimed();
    expect(await kindOf({ principal: 'key-2' })).toBe('claimed');
    expect(await kindOf({ route: 'orders' })).toBe('claimed');
    expect(await kindOf({ principal: 'key-1","decisions', route: 'x', key: 'abc' })).toBe('claimed');
    expect(await kindOf({ key: '\ud800' })).toBe('claimed');
  });

  it('whose answer is past its validity, or of an epoch older than the caller’s, is superseded', async () => {
    await idempotency.complete(await claimed(), { ...answer, validForMs: 0 });
    expect(await kindOf()).toBe('superseded');
    await idempotency.complete(await claimed({ key: 'other' }), answer);
    expect(await kindOf({ key: 'other', epoch: 6 })).toBe('superseded');
  });

  it('is valid for as long as its answer said, from the claim on and by Redis’ clock: no isolate’s counts', async () => {
    await idempotency.complete(await claimed(), { ...answer, validForMs: 60_000 });
    const replay = await idempotency.claim(ask());
    if (replay.kind !== 'replay' || replay.expiresAtMs === null) throw new Error(replay.kind);
    expect(replay.expiresAtMs - clock.monotonicMs()).toBeLessThanOrEqual(60_000);
    expect(replay.expiresAtMs - clock.monotonicMs()).toBeGreaterThan(50_000);
    await store.run('HINCRBY', redisKey, 'validUntilMs', '-60000');
    expect(await kindOf()).toBe('superseded');
  });

  it('is superseded where Redis’ clock was set back to before the claim: how long it is valid is not known', async () => {
    await idempotency.complete(await claimed(), { ...answer, validForMs: 60_000 });
    await store.run('HINCRBY', redisKey, 'atMs', '5000');
    await store.run('HINCRBY', redisKey, 'validUntilMs', '5000');
    expect(await kindOf()).toBe('superseded');
  });

  it('whose answer is of an epoch older than Redis knows is superseded: no BUY from before a halt comes back', async () => {
    await idempotency.complete(await claimed(), answer);
    expect(await kindOf()).toBe('replay');
    await store.run('HSET', 'ultrathink:control', 'epoch', '6');
    expect(await kindOf()).toBe('superseded');
  });

  it('whose owner died is in progress for its lease, then superseded for good', async () => {
    const claim = await claimed();
    await store.run('HSET', redisKey, 'atMs', String(nowMs - 20_000));
    expect(await kindOf()).toBe('in-progress');
    await store.run('HSET', redisKey, 'atMs', String(nowMs - 31_000));
    expect(await kindOf()).toBe('superseded');
    await idempotency.complete(claim, answer);
    expect(await kindOf()).toBe('superseded');
  });

  it('keeps the first answer, and only its owner’s', async () => {
    const claim = await claimed();
    await idempotency.complete({ ...claim, ownerId: 'somebody' }, { ...answer, body: 'forged' });
    expect(await kindOf()).toBe('in-progress');
    await idempotency.complete(claim, answer);
    await idempotency.complete(claim, { ...answer, body: 'second' });
    expect(await idempotency.claim(ask())).toMatchObject({ kind: 'replay', body: answer.body });
  });

  it('is kept for a day', async () => {
    await idempotency.complete(await claimed(), answer);
    expect(Number(await store.run('PTTL', redisKey))).toBeGreaterThan(86_000_000);
  });

  it('that was forgotten cannot be answered late', async () => {
    const claim = await claimed();
    await store.run('FLUSHALL');
    await idempotency.complete(claim, answer);
    expect(await store.run('EXISTS', redisKey)).toBe(0);
  });
});

describe('a claim that Redis does not answer', () => {
  it.each([
    '',
    '<html>',
    '{}',
    '{"result":null}',
    '{"result":["outcome","yes"]}',
    '{"result":["outcome","replay","body","x"]}',
  ])('is unavailable: %j', async (text) => {
    const redis = createRedis({
      url: 'http://redis',
      token: 'token',
      fetch: async () => new Response(text),
      timers: { sleep: () => new Promise(() => undefined) },
      deadlineMs: 1,
    });
    const outcome = await createIdempotency({ redis, ids: counter, clock }).claim({
      principal: 'p',
      route: 'r',
      key: 'k',
      body: '',
      epoch: 0,
    });
    expect(outcome.kind).toBe('unavailable');
  });
});
