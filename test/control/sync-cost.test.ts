import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSharedControl } from '../../src/control/sync.ts';
import type { PermitAsk } from '../../src/control/view.ts';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { redisBackends } from '../redis-backends.ts';
import { active, createFleet, type Fleet, type Isolate } from './fleet.ts';

const key: PermitAsk = { keyId: 'key', ratePerSecond: 200, burst: 400 };
const seed = 5;
/** When requests come: at even distances, or at random ones (Poisson). */
const arrivals = {
  even: (perSecond: number) => () => 1_000 / perSecond,
  random: (perSecond: number) => {
    const random = new SeededRandom(seed);
    return () => (-Math.log(1 - random.uniform()) * 1_000) / perSecond;
  },
} as const;

/** The figures that ARCHITECTURE states. */
describe('what sync costs an isolate', () => {
  let fleet: Fleet;
  let isolate: Isolate;
  beforeEach(async () => {
    fleet = await createFleet();
    isolate = fleet.isolate();
    await fleet.time.until(isolate.permit(key));
    await fleet.time.pass(2_000);
  });
  afterEach(() => fleet.close());

  async function costAt(perSecond: number, seconds: number, gapMs: () => number) {
    const before = { syncs: fleet.syncs(), reads: fleet.durableReads.begun, ...fleet.bodies };
    const endsAtMs = fleet.time.monotonicMs() + seconds * 1_000;
    const kinds: string[] = [];
    let decisions = 0;
    for (let dueMs = fleet.time.monotonicMs(); dueMs < endsAtMs; dueMs += gapMs()) {
      await fleet.time.pass(Math.max(0, dueMs - fleet.time.monotonicMs()));
      decisions += 1;
      void isolate.permit(key).then(({ kind }) => kinds.push(kind));
    }
    await fleet.time.pass(1_000);
    expect(kinds, `${perSecond} a second, seed ${seed}`).toEqual(Array(decisions).fill('granted'));
    const syncs = fleet.syncs() - before.syncs;
    return {
      perDecision: syncs / decisions,
      perSecond: syncs / seconds,
      readsPerSecond: (fleet.durableReads.begun - before.reads) / seconds,
      sentPerSync: (fleet.bodies.sent - before.sent) / syncs,
      receivedPerSync: (fleet.bodies.received - before.received) / syncs,
    };
  }

  it.each(Object.keys(arrivals) as (keyof typeof arrivals)[])(
    'is one sync a wake, and a fiftieth of one a decision at 100 a second; requests come at %s distances',
    async (name) => {
      const rare = await costAt(0.1, 600, arrivals[name](0.1));
      expect(rare.perDecision).toBeGreaterThan(0.9);
      expect(rare.perDecision).toBeLessThanOrEqual(1);
      const some = await costAt(5, 60, arrivals[name](5));
      expect(some.perDecision).toBeLessThanOrEqual(0.4);
      const many = await costAt(100, 60, arrivals[name](100));
      expect(many.perDecision).toBeLessThanOrEqual(0.025);
      for (const cost of [rare, some, many]) {
        expect(cost.perSecond).toBeLessThanOrEqual(2.2);
        expect(cost.readsPerSecond).toBeLessThanOrEqual(2.1);
        expect(cost.sentPerSync).toBeLessThanOrEqual(450);
        expect(cost.receivedPerSync).toBeLessThanOrEqual(450);
      }
    },
  );

  it('asks for grants that fit the demand: twelve times more decisions cost as many syncs', async () => {
    const some = await costAt(10, 30, arrivals.even(10));
    const many = await costAt(120, 30, arrivals.even(120));
    expect(many.perSecond / some.perSecond).toBeLessThanOrEqual(1.3);
  });
});

const [, server] = redisBackends();

describe.skipIf(!server)('what a sync costs Redis', () => {
  it('is nine commands with a bucket, three more with each further one, and five without', async () => {
    const store = await server?.open();
    if (!store) throw new Error('no redis-server');
    const shared = createSharedControl(store.redis, {
      ask: () => ({ revision: 0, askedAtMs: 0, reports: [] }),
      learn: () => undefined,
    });
    await shared.seed(active);
    const sync = (requestId: string, wanted: number, keyIds: readonly string[]) => {
      const wants = keyIds.map((keyId) => ({ keyId, burst: 100, ratePerSecond: 1, wanted }));
      return shared.sync({ requestId, epoch: 1, revocationCursor: 0, heartbeatMsMax: 0, wants });
    };
    await sync('first', 1, ['a']);
    const commandsOf = async (work: () => Promise<unknown>): Promise<number> => {
      await store.run('CONFIG', 'RESETSTAT');
      await work();
      const stats = String(await store.run('INFO', 'commandstats'));
      const calls = [...stats.matchAll(/cmdstat_(?!config|info)[^:]+:calls=(\d+)/g)];
      return calls.reduce((sum, [, count]) => sum + Number(count), 0);
    };
    expect(await commandsOf(() => sync('second', 1, ['a']))).toBe(9);
    expect(await commandsOf(() => sync('third', 1, ['a', 'b']))).toBe(12);
    expect(await commandsOf(() => sync('fourth', 1, []))).toBe(5);
    await store.close();
  });
});
