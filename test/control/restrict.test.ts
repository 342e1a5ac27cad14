import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { entryOf } from '../../src/control/control-state.ts';
import type { ControlState } from '../../src/control/view.ts';
import { type DatabaseInTest, openDatabaseInTest } from '../database-in-test.ts';
import { redisBackends, type TestRedis } from '../redis-backends.ts';
import { drawnWord, stateAfter } from './drawn-state.ts';
import { stateOf } from './state-of.ts';
import { operate, type StoreName } from './stores.ts';

const evidence = {
  actor: { kind: 'key', keyId: 'ann', account: 'desk' },
  reason: 'quotes look wrong',
  clientAddress: '192.0.2.1',
} as const;
const active = stateOf({ epoch: 1, tradingState: 'ACTIVE' });

describe.each(redisBackends())('the one way to hold trading back, on $name', ({ open }) => {
  let redis: TestRedis;
  let libsql: DatabaseInTest;
  let world: ReturnType<typeof operate>;

  beforeAll(async () => {
    redis = await open();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    await redis.run('FLUSHALL');
    libsql = await openDatabaseInTest();
    world = operate(redis, libsql);
    await world.shared.seed(active);
    const resumed = { target: 'global', tradingState: 'ACTIVE', epoch: 1 } as const;
    await world.durable.raise(resumed, { by: 'test', reason: 'start', atMs: 0 });
    return () => libsql.close();
  });

  const entries = async () => {
    const { rows } = await libsql.database.client.execute(
      'SELECT record FROM audit_entries ORDER BY ordinal',
    );
    return rows.map((row) => JSON.parse(String(row['record'])));
  };

  it('halts in both stores at once, says by when it is in force, and leaves who, why and from where', async () => {
    const { isolate, scope, states, settled, time } = world;
    const { restrict, control } = isolate(active);
    const atMs = time.nowMs();
    expect(await restrict.halt({ kind: 'global' }, evidence, scope)).toEqual({
      kind: 'restricted',
      entry: { target: 'global', tradingState: 'HALTED', epoch: 2 },
      effectiveByMs: atMs + 1_000,
      stores: { redis: 'CONFIRMED', database: 'CONFIRMED' },
    });
    expect(control.highest()).toMatchObject({ tradingState: 'HALTED', epoch: 2 });
    expect(await states()).toMatchObject({
      redis: { tradingState: 'HALTED', epoch: 2 },
      database: { tradingState: 'HALTED', epoch: 2 },
    });
    await settled();
    expect(await entries()).toMatchObject([
      {
        verb: 'halt',
        target: 'global',
        ...evidence,
        before: { tradingState: 'ACTIVE' },
        after: { redis: { epoch: 2 } },
      },
    ]);
    const { rows } = await libsql.database.client.execute('SELECT * FROM control_epochs WHERE epoch = 2');
    expect(rows[0]).toMatchObject({
      changed_by: 'ann',
      reason: 'quotes look wrong',
      changed_at_ms: atMs,
    });
  });

  it.each<[StoreName, number]>([
    ['redis', 31_000],
    ['database', 1_000],
  ])(
    'needs either store: without %s it is in force within %i ms, and brought there behind the answer',
    async (lost, withinMs) => {
      const { isolate, scope, states, settled, time, fault } = world;
      fault[lost] = 'down';
      const atMs = time.nowMs();
      const outcome = await isolate(active).restrict.halt({ kind: 'global' }, evidence, scope);
      expect(outcome).toMatchObject({
        kind: 'restricted',
        effectiveByMs: atMs + withinMs,
        stores: { redis: 'CONFIRMED', database: 'CONFIRMED', [lost]: 'PENDING' },
      });
      expect((await states())[lost]?.tradingState).toBe('ACTIVE');
      expect((await states()).inForce.tradingState).toBe('HALTED');
      fault[lost] = 'up';
      await settled();
      const { redis: inRedis, database: inDatabase } = await states();
      expect(inRedis).toEqual(inDatabase);
      expect(inRedis).toMatchObject({ tradingState: 'HALTED' });
      await world.drain.run(10_000);
      expect(await entries()).toHaveLength(1);
    },
  );

  it('brings to libSQL also what Redis alone took and has lost since', async () => {
    const { isolate, scope, states, settled, fault, shared } = world;
    fault.database = 'down';
    const told = await isolate(active).restrict.halt({ kind: 'account', id: 'x' }, evidence, scope);
    expect(told).toMatchObject({ stores: { redis: 'CONFIRMED', database: 'PENDING' } });
    await redis.run('FLUSHALL');
    await shared.seed(active);
    fault.database = 'up';
    await settled();
    const { redis: inRedis, database: inDatabase } = await states();
    expect(inRedis).toEqual(inDatabase);
    expect(inDatabase.targets).toMatchObject([{ target: 'account:x', tradingState: 'HALTED' }]);
  });

  it('keeps who halted, and why, where Redis alone took it, for any isolate to write', async () => {
    const { isolate, scope, fault, settled, reported, drain } = world;
    fault.database = 'down';
    await isolate(active).restrict.halt({ kind: 'global' }, evidence, scope);
    await settled();
    expect(await entries()).toEqual([]);
    expect(reported).toEqual([]);
    fault.database = 'up';
    for (let run = 0; run < 2; run++) await drain.run(10_000);
    expect(await entries()).toMatchObject([{ verb: 'halt', target: 'global', ...evidence }]);
  });

  it('tells the whole of an entry that no store took', async () => {
    const { isolate, scope, fault, settled, reported } = world;
    fault.database = 'down';
    fault.redis = 'down';
    await isolate(active).restrict.halt({ kind: 'global' }, evidence, scope);
    await settled();
    expect(reported).toHaveLength(1);
    for (const part of ['"verb":"halt"', evidence.reason, evidence.actor.keyId, 'receipt'])
      expect(String(reported[0])).toContain(part);
  });

  it('answers soon after the first store confirmed, however slow the other is', async () => {
    const { isolate, scope, time, fault } = world;
    fault.database = 'slow';
    let outcome: unknown;
    void isolate(active)
      .restrict.halt({ kind: 'global' }, evidence, scope)
      .then((answered) => {
        outcome = answered;
      });
    const startedMs = time.nowMs();
    while (!outcome) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await time.advance(10);
    }
    expect(time.nowMs() - startedMs).toBeLessThan(1_900);
    expect(outcome).toMatchObject({ stores: { redis: 'CONFIRMED', database: 'PENDING' } });
  });

  it('says that nobody confirmed it when neither store did, and has it in force all the same where one had it', async () => {
    const { isolate, scope, states, fault } = world;
    fault.redis = 'down';
    fault.database = 'lost-reply';
    const outcome = await isolate(active).restrict.halt({ kind: 'global' }, evidence, scope);
    expect(outcome).toMatchObject({ kind: 'unconfirmed', detail: 'redis is down; database did not answer' });
    expect((await states()).inForce.tradingState).toBe('HALTED');
  });

  it('never lifts: a reduce leaves a halt as it is, also one that a single store knows', async () => {
    const { isolate, scope, states, fault } = world;
    fault.database = 'down';
    await isolate(active).restrict.halt({ kind: 'global' }, evidence, scope);
    fault.database = 'up';
    for (const known of [active, undefined]) {
      const reduced = await isolate(known).restrict.reduce({ kind: 'global' }, evidence, scope);
      expect(reduced).toMatchObject({ entry: { tradingState: 'HALTED' } });
      expect((await states()).inForce.tradingState).toBe('HALTED');
    }
  });

  it('reduces, and halts nothing, over an isolate that slept through the resume of a halt', async () => {
    const { isolate, scope, states, durable, shared } = world;
    const change = { by: 'test', reason: 'drill', atMs: 0 };
    const halted = { target: 'global', tradingState: 'HALTED', epoch: 2 } as const;
    await durable.raise(halted, change);
    await durable.raise({ ...halted, tradingState: 'ACTIVE', epoch: 3 }, change);
    await shared.seed(stateOf({ epoch: 3, tradingState: 'ACTIVE' }));
    const slept = isolate(stateOf({ epoch: 2, tradingState: 'HALTED' }));
    expect(await slept.restrict.reduce({ kind: 'global' }, evidence, scope)).toMatchObject({
      entry: { tradingState: 'REDUCING', epoch: 4 },
    });
    expect((await states()).inForce).toMatchObject({ tradingState: 'REDUCING' });
  });

  it.each(['redis', 'database'] as const)(
    'never lifts a halt that this isolate alone still knows, by a reduction that %s takes',
    async (taking) => {
      const { isolate, scope, states, fault } = world;
      fault[taking === 'redis' ? 'database' : 'redis'] = 'down';
      const knowing = isolate(stateOf({ epoch: 2, tradingState: 'HALTED' }));
      expect(await knowing.restrict.reduce({ kind: 'global' }, evidence, scope)).toMatchObject({
        entry: { tradingState: 'HALTED' },
      });
      expect((await states())[taking]).toMatchObject({ tradingState: 'HALTED' });
    },
  );

  it.each<[StoreName, StoreName]>([
    ['database', 'redis'],
    ['redis', 'database'],
  ])('never lifts a halt that %s alone has by a later reduction that %s alone took', async (one, other) => {
    const { isolate, scope, states, settled, fault, levelling } = world;
    fault[other] = 'down';
    const halted = await isolate(active).restrict.halt({ kind: 'global' }, evidence, scope);
    expect(halted).toMatchObject({ kind: 'restricted', entry: { tradingState: 'HALTED' } });
    fault[other] = 'up';
    fault[one] = 'down';
    const epoch = halted.kind === 'restricted' ? halted.entry.epoch + 7 : 0;
    const later = isolate(stateOf({ epoch, tradingState: 'ACTIVE', stateEpoch: 1 }));
    const reduced = await later.restrict.reduce({ kind: 'global' }, evidence, scope);
    expect(reduced).toMatchObject({ kind: 'restricted', entry: { tradingState: 'REDUCING' } });
    expect(reduced.kind === 'restricted' && reduced.entry.epoch).toBeGreaterThan(epoch);
    fault[one] = 'up';
    expect((await states()).inForce).toMatchObject({ tradingState: 'HALTED' });
    await settled();
    const change = { by: 'test', reason: 'level', atMs: 0 };
    for (let tries = 0; tries < 3; tries++) await levelling.level(change);
    const { redis: inRedis, database: inDatabase } = await states();
    expect(inRedis).toEqual(inDatabase);
    expect(inRedis).toMatchObject({ tradingState: 'HALTED' });
  });

  it('has both stores come to the same of the same words, and to what the merge here comes to', async () => {
    const words = fc.uniqueArray(drawnWord, { maxLength: 7, selector: ({ epoch }) => epoch });
    await fc.assert(
      fc.asyncProperty(words, async (drawn) => {
        await redis.run('FLUSHALL');
        const fresh = await openDatabaseInTest();
        const { shared, states } = operate(redis, fresh);
        for (const word of drawn) {
          await shared.seed(stateAfter([word]));
          const { target, tradingState, epoch } = word;
          await fresh.database.client.execute({
            sql: "INSERT INTO control_epochs VALUES (?, ?, 0, 0, 'ann', 'drawn', ?)",
            args: [epoch, tradingState, target],
          });
        }
        const known = await states();
        await fresh.close();
        expect(known.database).toEqual(stateAfter(drawn));
        expect(known.redis).toEqual(drawn.length === 0 ? undefined : stateAfter(drawn));
      }),
      { numRuns: 25 },
    );
  });

  it('never lifts what a fresh deployment is: a reduce leaves it HALTED', async () => {
    await redis.run('FLUSHALL');
    const fresh = await openDatabaseInTest();
    const { isolate, scope, states } = operate(redis, fresh);
    const reduced = await isolate().restrict.reduce({ kind: 'global' }, evidence, scope);
    expect(reduced).toMatchObject({ entry: { tradingState: 'HALTED', epoch: 1 } });
    expect(await states()).toMatchObject({
      redis: { tradingState: 'HALTED' },
      database: { tradingState: 'HALTED' },
    });
    await fresh.close();
  });

  it('of many at once gives each an epoch of its own and ends in the most restrictive', async () => {
    const { isolate, scope, states, settled } = world;
    const target = { kind: 'global' } as const;
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, index) => {
        const { restrict } = isolate(index % 2 ? active : undefined);
        return index % 3 ? restrict.reduce(target, evidence, scope) : restrict.halt(target, evidence, scope);
      }),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map(() => 'restricted'));
    await settled();
    const { inForce } = await states();
    expect(inForce.tradingState).toBe('HALTED');
    expect(inForce.epoch).toBeGreaterThanOrEqual(13);
  });

  it('holds one target back and leaves the others, through whatever is said of those in another store', async () => {
    const { isolate, scope, states, settled, fault } = world;
    fault.database = 'down';
    await isolate(active).restrict.halt({ kind: 'account', id: 'a b/ü' }, evidence, scope);
    fault.database = 'up';
    fault.redis = 'down';
    for (const id of ['x', 'y', 'z'])
      await isolate(active).restrict.halt({ kind: 'model', id }, evidence, scope);
    const held = (state: ControlState | undefined) => state?.targets.map(({ target }) => target);
    const { inForce } = await states();
    expect(inForce.tradingState).toBe('ACTIVE');
    expect(held(inForce)).toEqual(['account:a%20b%2F%C3%BC', 'model:x', 'model:y', 'model:z']);
    fault.redis = 'up';
    await settled();
    const { redis: inRedis, database: inDatabase } = await states();
    expect(inRedis).toEqual(inDatabase);
    expect(held(inDatabase)).toEqual(held(inForce));
  });

  it('holds by an isolate that knows nothing, where Redis was wiped and libSQL is away with many epochs', async () => {
    const { isolate, scope, states, settled, fault, durable } = world;
    const change = { by: 'test', reason: 'long ago', atMs: 0 };
    await durable.raise({ target: 'global', tradingState: 'ACTIVE', epoch: 900 }, change);
    await redis.run('FLUSHALL');
    fault.database = 'down';
    for (const target of [{ kind: 'global' }, { kind: 'symbol', id: 'SPX' }] as const) {
      expect(await isolate().restrict.halt(target, evidence, scope)).toMatchObject({
        kind: 'restricted',
        stores: { redis: 'CONFIRMED', database: 'PENDING' },
      });
    }
    fault.database = 'up';
    const held = { tradingState: 'HALTED', targets: [{ target: 'symbol:SPX', tradingState: 'HALTED' }] };
    expect((await states()).inForce).toMatchObject(held);
    await settled();
    const { redis: inRedis, database } = await states();
    expect(inRedis).toEqual(database);
    expect(database).toMatchObject(held);
  });

  it('holds by an isolate that reads libSQL first while the halt is under way', async () => {
    const { isolate, scope, states, fault, durable } = world;
    const change = { by: 'test', reason: 'at the same time', atMs: 0 };
    await durable.raise({ target: 'global', tradingState: 'REDUCING', epoch: 900 }, change);
    await redis.run('FLUSHALL');
    fault.database = 'down';
    const { control, restrict } = isolate();
    const halting = restrict.halt({ kind: 'global' }, evidence, scope);
    const read = await durable.load();
    if (read.ok) control.learn(read.value);
    expect(await halting).toMatchObject({ kind: 'restricted', stores: { redis: 'CONFIRMED' } });
    fault.database = 'up';
    expect((await states()).inForce).toMatchObject({ tradingState: 'HALTED' });
  });

  describe.each([
    { lost: 'wiped', lose: async () => void (await redis.run('FLUSHALL')) },
    {
      lost: 'rolled back',
      lose: async () => {
        await redis.run('FLUSHALL');
        await world.shared.seed(stateOf({ epoch: 3, tradingState: 'ACTIVE', stateEpoch: 3 }));
      },
    },
  ])('through a Redis that was $lost, while libSQL is away', ({ lose }) => {
    const resumeOnce = async () => {
      const { isolate, scope, levelling } = world;
      const change = { by: 'test', reason: 'level', atMs: 0 };
      for (let tries = 0; tries < 3; tries++) await levelling.level(change);
      const { inForce } = await world.states();
      const ask = {
        target: { kind: 'global' },
        epoch: inForce.epoch,
        nonce: `nonce-${inForce.epoch}`,
        by: { keyId: 'ann', account: 'desk' },
        person: 'ann',
        reason: 'looked at',
        clientAddress: null,
      } as const;
      expect(await isolate().resume(ask, scope)).toMatchObject({ kind: 'resumed' });
    };

    it.each([
      [60_000, -60_000],
      [-60_000, 60_000],
      [3_600_000, -3_600_000],
    ])('holds above a resume by isolates whose clocks are %i and %i ms off', async (first, second) => {
      const { isolate, scope, states, fault } = world;
      for (const skewMs of [first, second, first]) {
        await lose();
        fault.database = 'down';
        const halted = await isolate(undefined, 1, skewMs).restrict.halt({ kind: 'global' }, evidence, scope);
        expect(halted).toMatchObject({
          kind: 'restricted',
          stores: { redis: 'CONFIRMED', database: 'PENDING' },
        });
        fault.database = 'up';
        expect((await states()).inForce).toMatchObject({ tradingState: 'HALTED' });
        await resumeOnce();
        expect((await states()).inForce).toMatchObject({ tradingState: 'ACTIVE' });
      }
    });

    it.each(['halt', 'reduce'] as const)(
      'holds by a %s of an isolate that slept since before the resume',
      async (verb) => {
        const { isolate, scope, states, fault, durable } = world;
        const change = { by: 'test', reason: 'while it slept', atMs: 0 };
        const sleeper = isolate(stateOf({ epoch: 5, tradingState: 'ACTIVE', stateEpoch: 5 }));
        await durable.raise({ target: 'global', tradingState: 'HALTED', epoch: 899 }, change);
        await durable.raise({ target: 'global', tradingState: 'ACTIVE', epoch: 900 }, change);
        await lose();
        fault.database = 'down';
        expect(await sleeper.restrict[verb]({ kind: 'global' }, evidence, scope)).toMatchObject({
          kind: 'restricted',
        });
        fault.database = 'up';
        const tradingState = verb === 'halt' ? 'HALTED' : expect.stringMatching('REDUCING|HALTED');
        expect((await states()).inForce).toMatchObject({ tradingState });
      },
    );
  });

  it('takes no more names than a sync may carry, and then still those that it has, and the whole', async () => {
    const { isolate, scope } = world;
    const held = Array.from({ length: 512 }, (_, at) => ({
      target: `symbol:S${at}`,
      tradingState: 'HALTED' as const,
      epoch: 400,
    }));
    const known = stateOf({ epoch: 400, tradingState: 'ACTIVE', stateEpoch: 1, targets: held });
    const halt = (state: ControlState, id: string) =>
      isolate(state).restrict.halt({ kind: 'symbol', id }, evidence, scope);
    expect(await halt(known, 'new')).toEqual({ kind: 'full' });
    expect(await halt(known, 'S7')).toMatchObject({ kind: 'restricted' });
    expect(await isolate(known).restrict.halt({ kind: 'global' }, evidence, scope)).toMatchObject({
      kind: 'restricted',
    });
    const ended = held.map((entry) => ({ ...entry, tradingState: 'ACTIVE' as const }));
    expect(await halt({ ...known, targets: ended }, 'new')).toEqual({ kind: 'full' });
    expect(await halt({ ...known, epoch: 657, targets: ended }, 'new')).toMatchObject({ kind: 'restricted' });
  });

  it('has Redis forget a target that was let go long ago, and hold one however long', async () => {
    const { shared, durable, levelling, states } = world;
    const change = { by: 'test', reason: 'long ago', atMs: 0 };
    const said = [
      { target: 'account:old', tradingState: 'ACTIVE', epoch: 40 },
      { target: 'model:held', tradingState: 'HALTED', epoch: 41 },
      { target: 'symbol:late', tradingState: 'ACTIVE', epoch: 100 },
    ] as const;
    for (const entry of said) await durable.raise(entry, change);
    await durable.raise({ target: 'global', tradingState: 'ACTIVE', epoch: 300 }, change);
    expect(await levelling.level(change)).toMatchObject({ ok: false });
    expect(await levelling.level(change)).toMatchObject({ ok: true });
    const names = (state: ControlState | undefined) => state?.targets.map(({ target }) => target);
    const kept = await states();
    expect(names(kept.redis)).toEqual(['model:held', 'symbol:late']);
    expect(names(kept.database)).toEqual(['account:old', 'model:held', 'symbol:late']);
    // As a Redis holds it that was rolled back to before it was let go.
    const stale = { target: 'account:old', tradingState: 'HALTED', epoch: 39 } as const;
    await shared.seed(stateOf({ epoch: 300, tradingState: 'ACTIVE', stateEpoch: 300, targets: [stale] }));
    expect(names((await states()).redis)).toContain('account:old');
    expect(entryOf((await states()).inForce, 'account:old').tradingState).toBe('ACTIVE');
    await levelling.level(change);
    expect(await levelling.level(change)).toMatchObject({ ok: true });
    expect(names((await states()).redis)).toEqual(['model:held', 'symbol:late']);
  });

  it('repeats what lifts it above a Redis that may have been wiped, once, and then says what that has', async () => {
    const { isolate, scope, fault, pace } = world;
    fault.database = 'down';
    const failing = (calls: readonly number[]) => {
      let writes = 0;
      pace.next = async (call) => {
        if (call !== 'restrict') return;
        // Each halt begins with a write to the database beside the first to Redis.
        writes += 1;
        fault.redis = calls.includes(writes) ? 'down' : 'up';
      };
    };
    failing([3]);
    expect(await isolate().restrict.halt({ kind: 'global' }, evidence, scope)).toMatchObject({
      kind: 'restricted',
      stores: { redis: 'CONFIRMED', database: 'PENDING' },
    });
    failing([3, 4]);
    const own = isolate();
    const outcome = await own.restrict.halt({ kind: 'global' }, evidence, scope);
    expect(outcome).toMatchObject({ kind: 'unconfirmed', redisEpoch: expect.any(Number) });
    expect(own.control.highest()).toMatchObject({ tradingState: 'HALTED' });
  });

  it('reports an entry that no store took, and halts without it', async () => {
    const { isolate, scope, settled, fault, pace, reported } = world;
    pace.next = async (call) => {
      if (call === 'commit') fault.redis = fault.database = 'down';
    };
    const outcome = await isolate(active).restrict.halt({ kind: 'global' }, evidence, scope);
    expect(outcome).toMatchObject({ kind: 'restricted' });
    await settled();
    expect(reported).toEqual([expect.stringContaining('an entry is in no store')]);
  });
});
