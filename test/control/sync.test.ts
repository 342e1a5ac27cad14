import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { breakerSettings } from '../../src/control/breakers/breaker-settings.ts';
import type { Breakers } from '../../src/control/breakers/breakers.ts';
import { mergeControlStates } from '../../src/control/control-state.ts';
import {
  createSharedControl,
  type SharedControl,
  type SyncAsk,
  type SyncReply,
} from '../../src/control/sync.ts';
import { redisBackends, type TestRedis } from '../redis-backends.ts';
import { drawnState } from './drawn-state.ts';
import { stateOf } from './state-of.ts';

const active = stateOf({ epoch: 3, tradingState: 'ACTIVE', registryEpoch: 2 });
/** So slow a refill that the test's own duration gives no token. */
const slow = { ratePerSecond: 1e-6, burst: 10 };

/** A fleet without breakers. */
const nobody: Pick<Breakers, 'ask' | 'learn'> = {
  ask: () => ({ revision: 0, askedAtMs: 0, reports: [] }),
  learn: () => undefined,
};

let requests = 0;
const ask = (over: Partial<SyncAsk> = {}): SyncAsk => {
  requests += 1;
  return {
    requestId: `request-${requests}`,
    epoch: undefined,
    revocationCursor: 0,
    heartbeatMsMax: 0,
    wants: [],
    ...over,
  };
};
const want = (keyId: string, wanted: number, over: object = {}) => ({ keyId, wanted, ...slow, ...over });

describe.each(redisBackends())('the shared control state on $name', ({ open }) => {
  let store: TestRedis;
  let shared: SharedControl;

  beforeAll(async () => {
    store = await open();
  });
  beforeEach(async () => {
    await store.run('FLUSHALL');
    shared = createSharedControl(store.redis, nobody);
    await shared.seed(active);
  });
  afterAll(() => store.close());

  async function synced(over: Partial<SyncAsk> = {}): Promise<Extract<SyncReply, { kind: 'synced' }>> {
    const reply = await shared.sync(ask(over));
    if (!reply.ok || reply.value.kind !== 'synced') throw new Error(JSON.stringify(reply));
    return reply.value;
  }
  const granted = async (wanted: number, over: object = {}) =>
    (await synced({ wants: [want('key', wanted, over)] })).grants[0];

  it('merges as control-state.ts does, whatever two know', async () => {
    await fc.assert(
      fc.asyncProperty(drawnState, drawnState, async (left, right) => {
        await store.run('FLUSHALL');
        await shared.seed(left);
        await shared.seed(right);
        expect((await synced()).control).toEqual(mergeControlStates(left, right));
      }),
      { numRuns: 60 },
    );
  });

  it('tells what it was seeded with', async () => {
    expect(await synced()).toMatchObject({ control: active, grants: [], revokedKeyIds: [], more: false });
  });

  it('is stale when nothing was ever seeded, or less than the isolate has seen, and then grants nothing', async () => {
    expect(await shared.sync(ask({ epoch: 4, wants: [want('key', 5)] }))).toEqual({
      ok: true,
      value: { kind: 'stale' },
    });
    expect((await granted(10))?.granted).toBe(10);
    await store.run('FLUSHALL');
    expect(await shared.sync(ask({ wants: [want('key', 5)] }))).toEqual({
      ok: true,
      value: { kind: 'stale' },
    });
    expect(await store.run('KEYS', '*')).toEqual([]);
  });

  it.each([
    [
      'a higher epoch wins',
      stateOf({ epoch: 4, tradingState: 'HALTED', registryEpoch: 0 }),
      stateOf({ epoch: 4, tradingState: 'HALTED', registryEpoch: 2 }),
    ],
    [
      'a lower epoch changes nothing',
      stateOf({ epoch: 2, tradingState: 'HALTED', registryEpoch: 1 }),
      active,
    ],
    [
      'a lower epoch may bring a higher registry epoch',
      stateOf({ epoch: 0, tradingState: 'HALTED', registryEpoch: 9 }),
      { ...active, registryEpoch: 9 },
    ],
    [
      'the same epoch takes the more restrictive state',
      { ...active, tradingState: 'REDUCING' },
      { ...active, tradingState: 'REDUCING', resumedEpoch: 3 },
    ],
    [
      'a reduction lifts no halt that nobody resumed',
      {
        ...stateOf({ epoch: 7, tradingState: 'REDUCING', registryEpoch: 2, resumedEpoch: 3 }),
        targets: [{ target: 'model:m', tradingState: 'HALTED', epoch: 6, haltedEpoch: 5 }],
      },
      {
        ...stateOf({ epoch: 7, tradingState: 'REDUCING', registryEpoch: 2, resumedEpoch: 3 }),
        targets: [{ target: 'model:m', tradingState: 'HALTED', epoch: 6, haltedEpoch: 5 }],
      },
    ],
  ] as const)('seeds by merging: %s', async (_text, seed, expected) => {
    await shared.seed(seed);
    expect((await synced()).control).toEqual(expected);
    await shared.seed(active);
    expect((await synced()).control).toEqual(expected);
  });

  it('tells when it was seeded from nothing, and that a raised epoch is not that', async () => {
    const { seededAt } = await synced();
    expect(seededAt).toBeGreaterThan((await store.nowMs()) * 1_000 - 60_000_000);
    await shared.seed({ ...active, epoch: 4, stateEpoch: 4 });
    expect((await synced()).seededAt).toBe(seededAt);
    await store.run('FLUSHALL');
    await shared.seed(active);
    expect((await synced()).seededAt).toBeGreaterThan(seededAt);
  });

  it('debits before it grants, from a bucket that starts full, and says when there is more', async () => {
    expect(await granted(4)).toMatchObject({ granted: 4, waitMs: 0 });
    expect(await granted(4)).toMatchObject({ granted: 4, waitMs: 0 });
    const last = await granted(4);
    expect(last?.granted).toBe(2);
    expect(last?.waitMs).toBeGreaterThan(0.9e9);
    expect((await granted(4))?.granted).toBe(0);
  });

  it('refills continuously by the time of the store, never beyond the burst', async () => {
    await granted(10, { ratePerSecond: 1 });
    const at = (await store.nowMs()) * 1_000;
    await store.run('HSET', 'ultrathink:bucket:key', 'tokens', '0', 'at', String(at - 4_500_000));
    const some = await granted(10, { ratePerSecond: 1 });
    expect(some?.granted).toBeGreaterThanOrEqual(4);
    expect(some?.granted).toBeLessThanOrEqual(6);
    await store.run('HSET', 'ultrathink:bucket:key', 'tokens', '0', 'at', String(at - 3_600_000_000));
    expect((await granted(20, { ratePerSecond: 1, burst: 10 }))?.granted).toBe(10);
  });

  it('gives nothing for a clock of the store that stepped back', async () => {
    await granted(10);
    const at = (await store.nowMs()) * 1_000;
    await store.run('HSET', 'ultrathink:bucket:key', 'tokens', '1500000', 'at', String(at + 3_600_000_000));
    expect((await granted(5))?.granted).toBe(1);
  });

  it('loses no fraction of a token to being asked often', async () => {
    await granted(10, { ratePerSecond: 1_000 });
    const before = await store.run('HGETALL', 'ultrathink:bucket:key');
    await granted(0, { ratePerSecond: 1_000 });
    expect(await store.run('HGETALL', 'ultrathink:bucket:key')).toEqual(before);
  });

  it('forgets a bucket that would be full again', async () => {
    await granted(10, { ratePerSecond: 2 });
    const ttlMs = Number(await store.run('PTTL', 'ultrathink:bucket:key'));
    expect(ttlMs).toBeGreaterThan(5_000);
    expect(ttlMs).toBeLessThanOrEqual(6_000);
  });

  it('debits a request once however often it is delivered, and grants the same each time', async () => {
    const once = ask({ wants: [want('key', 6), want('other', 3)] });
    const deliver = async () => {
      const reply = await shared.sync(once);
      return reply.ok && reply.value.kind === 'synced' ? reply.value.grants : reply;
    };
    const first = await deliver();
    expect(await deliver()).toEqual(first);
    expect((await granted(10))?.granted).toBe(4);
  });

  it('serves several buckets in one call, in order', async () => {
    await granted(9);
    const { grants } = await synced({ wants: [want('key', 5), want('other', 5), want('third', 1)] });
    expect(grants.map(({ keyId, granted }) => [keyId, granted])).toEqual([
      ['key', 1],
      ['other', 5],
      ['third', 1],
    ]);
  });

  it('tells revocations once, in pages, and only recent ones to an isolate that knows none', async () => {
    const now = (await store.nowMs()) * 1_000;
    await store.run(
      'ZADD',
      'ultrathink:revocations',
      String(now - 3_600_000_000),
      'long-ago',
      String(now),
      'key-a',
    );
    const first = await synced();
    expect(first.revokedKeyIds).toEqual(['key-a']);
    const many = Array.from({ length: 1_200 }, (_, index) => [
      String(now + 1 + index),
      `key-${index}`,
    ]).flat();
    await store.run('ZADD', 'ultrathink:revocations', ...many);
    const page = await synced({ revocationCursor: first.cursor });
    expect(page.revokedKeyIds).toHaveLength(1_000);
    expect(page.more).toBe(true);
    const rest = await synced({ revocationCursor: page.cursor });
    expect(rest.revokedKeyIds).toHaveLength(200);
    expect(rest).toMatchObject({ more: false, cursor: now + 1_200 });
    expect((await synced({ revocationCursor: rest.cursor })).revokedKeyIds).toEqual([]);
  });
});

describe('a reply that is not exactly right', () => {
  const right = {
    status: 'OK',
    nowUs: '1',
    epoch: '3',
    state: 'ACTIVE',
    stateEpoch: '3',
    targets: 'model:spx-1d HALTED 2',
    words: 'model:spx-1d 0 1',
    registry: '2',
    seededAt: '4',
    cursor: '5',
    more: '0',
    revoked: '',
    grants: '2 0 0',
    operator: 'heard',
    heartbeatAt: '9',
  };
  const replying = (reply: unknown, breakers = nobody): SharedControl =>
    createSharedControl({ eval: async () => reply } as unknown as TestRedis['redis'], breakers);
  const outcome = (fields: Record<string, string | undefined>) =>
    replying(
      Object.entries({ ...right, ...fields })
        .filter(([, value]) => value !== undefined)
        .flat(),
    ).sync(ask({ epoch: 3, revocationCursor: 5, heartbeatMsMax: 1_000, wants: [want('key', 2)] }));

  it('is told from one that is', async () => {
    expect(await outcome({})).toMatchObject({ ok: true, value: { kind: 'synced' } });
    expect(await outcome({ drift: 'a field of later' })).toMatchObject({ ok: true });
    expect(await outcome({ breakers: '7;decision open 5 0;later closed 1 0', probes: '' })).toMatchObject({
      ok: true,
    });
  });

  it('tells what became of keys: revoked, changed, and secrets with what is left to them', async () => {
    const [hash, other] = ['a'.repeat(64), 'b'.repeat(64)];
    const revoked = `gone turned/changed turned/${hash}/5000001 turned/${other}/1`;
    expect(await outcome({ nowUs: '1', revoked })).toMatchObject({
      value: {
        ...{ revokedKeyIds: ['gone'], changedKeyIds: ['turned'] },
        retirements: [
          { secretSha256: hash, inMs: 5_000 },
          { secretSha256: other, inMs: 0 },
        ],
      },
    });
  });

  it('is one when something was reported of a breaker, and nothing is said of it', async () => {
    const report = { kind: 'open', generation: 0 } as const;
    const learnt: unknown[] = [];
    const reporting = replying(Object.entries(right).flat(), {
      ask: () => ({
        revision: 0,
        askedAtMs: 0,
        reports: [{ name: 'decision', report, settings: breakerSettings.decision }],
      }),
      learn: (news) => void learnt.push(news),
    });
    expect((await reporting.sync(ask({ wants: [want('key', 2)] }))).ok).toBe(false);
    expect(learnt).toEqual([]);
  });

  it.each([
    { status: undefined },
    { status: 'ok' },
    { epoch: '2' },
    { epoch: '-3' },
    { epoch: '3.5' },
    { epoch: '1e3' },
    { epoch: '' },
    { state: 'active' },
    { state: '' },
    { state: 'constructor' },
    { stateEpoch: '4' },
    { stateEpoch: undefined },
    { targets: undefined },
    { targets: 'model:spx-1d HALTED 4' },
    { targets: 'model:spx-1d HALTED' },
    { targets: 'model:spx-1d halted 2' },
    { targets: 'colour:red HALTED 2' },
    { targets: 'model:spx-1d' },
    { targets: 'model:b HALTED 1 model:b HALTED 2' },
    { targets: ' ' },
    { words: undefined },
    { words: 'global 4 0' },
    { words: 'model:spx-1d 0 4' },
    { words: 'model:spx-1d 0' },
    { words: 'colour:red 0 1' },
    { registry: 'NaN' },
    { operator: undefined },
    { operator: 'off' },
    { operator: 'alive' },
    { heartbeatAt: undefined },
    { heartbeatAt: '-1' },
    { seededAt: '' },
    { seededAt: undefined },
    { cursor: '4' },
    { cursor: undefined },
    { more: '2' },
    { revoked: undefined },
    { revoked: 'key/otherwise' },
    { revoked: `key/${'a'.repeat(64)}` },
    { revoked: `key/${'a'.repeat(64)}/soon` },
    { revoked: `key/${'A'.repeat(64)}/5` },
    { revoked: `key/${'a'.repeat(64)}/5/6` },
    { nowUs: undefined },
    { grants: '' },
    { grants: '3 0 0' },
    { grants: '2 0' },
    { grants: '2 0 0 0' },
    { grants: '-1 0 0' },
    { grants: '1 0 0' },
    { grants: '2 0 7' },
    { grants: '2 0 0;1 0 0' },
    { grants: '99999999999999999999 0 0' },
    { breakers: '' },
    { breakers: 'decision open 5 0' },
    { breakers: '7;decision ajar 5 0' },
    { breakers: '7;decision open 5' },
    { breakers: '7;decision open -5 0' },
    { breakers: '7;decision open 5 0', probes: 'decision 5' },
    { breakers: '7;decision open 5 0', probes: 'unheard-of 5 a.1' },
  ])('is a failure: %j', async (fields) => {
    expect((await outcome(fields)).ok).toBe(false);
  });

  it.each([
    [null],
    ['OK'],
    [[]],
    [['status']],
    [[1, 2]],
    [['status', 'OK', 'status', 'OK']],
    [{ status: 'OK' }],
    [42],
  ])('is a failure: %j', async (reply) => {
    expect((await replying(reply).sync(ask())).ok).toBe(false);
  });
});
