import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ControlState } from '../../src/control/view.ts';
import type { Target } from '../../src/risk/target.ts';
import { type DatabaseInTest, openDatabaseInTest } from '../database-in-test.ts';
import { redisBackends, type TestRedis } from '../redis-backends.ts';
import { stateOf } from './state-of.ts';
import { operate, type StoreName } from './stores.ts';

const evidence = {
  actor: { kind: 'key', keyId: 'ann', account: 'desk' },
  reason: 'quotes look wrong',
  clientAddress: '192.0.2.1',
} as const;
const halted = stateOf({ epoch: 1, tradingState: 'HALTED' });
const races = ['both', 'redis', 'database'] as const;

let nonces = 0;
interface Told {
  readonly target?: Target;
  readonly epoch?: number;
  readonly keyId?: string;
  /** Who stands behind the key; the key itself where it is not said. */
  readonly person?: string;
  readonly nonce?: string;
}
const ask = (told: Told = {}) => ({
  target: told.target ?? ({ kind: 'global' } as const),
  epoch: told.epoch ?? 1,
  nonce: told.nonce ?? `nonce-of-a-resume-${++nonces}`,
  by: { keyId: told.keyId ?? 'bob', account: 'desk' },
  person: told.person ?? told.keyId ?? 'bob',
  reason: 'the venue confirmed its quotes',
  clientAddress: '192.0.2.2',
});

/** Mulberry32: a number in [0, 1) a call. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe.each(redisBackends())('the one way to let trading go again, on $name', ({ open }) => {
  let redis: TestRedis;
  let libsql: DatabaseInTest;
  let world: ReturnType<typeof operate>;

  async function begin() {
    await redis.run('FLUSHALL');
    libsql = await openDatabaseInTest();
    world = operate(redis, libsql);
    await world.shared.seed(halted);
    const entry = { target: 'global', tradingState: 'HALTED', epoch: 1 } as const;
    await world.durable.raise(entry, { by: 'test', reason: 'start', atMs: 0 });
  }

  beforeAll(async () => {
    redis = await open();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    await begin();
    return () => libsql.close();
  });

  const entries = async () => {
    const { rows } = await libsql.database.client.execute(
      'SELECT record FROM audit_entries ORDER BY ordinal',
    );
    return rows.map((row) => JSON.parse(String(row['record'])));
  };
  const tradingStates = async () => {
    const { redis: inRedis, database, inForce } = await world.states();
    return [inRedis?.tradingState, database.tradingState, inForce.tradingState];
  };

  it('ends a halt by its epoch in both stores, and leaves who, why, from where and with which nonce', async () => {
    const { isolate, scope, states } = world;
    const { resume, control } = isolate(halted);
    const asked = ask();
    expect(await resume(asked, scope)).toEqual({ kind: 'resumed', epoch: 2 });
    expect(control.highest()).toMatchObject({ tradingState: 'ACTIVE', epoch: 2 });
    const { redis: inRedis, database } = await states();
    expect(inRedis).toEqual(database);
    expect(database).toMatchObject({ tradingState: 'ACTIVE', epoch: 2, stateEpoch: 2 });
    expect(await entries()).toMatchObject([
      {
        verb: 'resume',
        target: 'global',
        actor: { kind: 'key', keyId: 'bob' },
        reason: asked.reason,
        clientAddress: '192.0.2.2',
        before: { tradingState: 'HALTED', epoch: 1 },
        after: { tradingState: 'ACTIVE', epoch: 2, nonce: asked.nonce, approvedBy: ['bob'] },
      },
    ]);
  });

  it('lets a fresh deployment go, which nobody ever halted', async () => {
    await redis.run('FLUSHALL');
    const fresh = await openDatabaseInTest();
    const { isolate, scope, states } = operate(redis, fresh);
    expect(await isolate().resume(ask({ epoch: 0 }), scope)).toEqual({ kind: 'resumed', epoch: 1 });
    expect((await states()).inForce).toMatchObject({ tradingState: 'ACTIVE', epoch: 1 });
    await fresh.close();
  });

  it.each<StoreName>(['redis', 'database'])('does nothing while %s cannot be read', async (lost) => {
    const { isolate, scope, fault } = world;
    fault[lost] = 'down';
    expect(await isolate(halted).resume(ask(), scope)).toEqual({ kind: 'unavailable' });
    fault[lost] = 'up';
    expect(await tradingStates()).toEqual(['HALTED', 'HALTED', 'HALTED']);
    expect(await entries()).toEqual([]);
  });

  it('refuses another epoch than the one in force, and what is active already', async () => {
    const { isolate, scope, settled } = world;
    const { restrict, resume } = isolate(halted);
    expect(await resume(ask({ epoch: 0 }), scope)).toEqual({ kind: 'moved' });
    await restrict.halt({ kind: 'global' }, evidence, scope);
    expect(await resume(ask({ epoch: 1 }), scope)).toEqual({ kind: 'moved' });
    expect(await tradingStates()).toEqual(['HALTED', 'HALTED', 'HALTED']);
    expect(await resume(ask({ epoch: 2 }), scope)).toEqual({ kind: 'resumed', epoch: 3 });
    expect(await resume(ask({ epoch: 3 }), scope)).toEqual({ kind: 'active' });
    await settled();
  });

  it('does not end a halt that one store alone knows by the epoch before it', async () => {
    const { isolate, scope, fault } = world;
    fault.redis = 'down';
    await isolate(halted).restrict.halt({ kind: 'global' }, evidence, scope);
    fault.redis = 'up';
    expect(await isolate(halted).resume(ask(), scope)).toEqual({ kind: 'moved' });
    expect(await tradingStates()).toEqual(['HALTED', 'HALTED', 'HALTED']);
  });

  it('takes a nonce once, also for a later epoch', async () => {
    const { isolate, scope, settled } = world;
    const { restrict, resume } = isolate(halted);
    const { nonce } = ask();
    expect(await resume(ask({ nonce }), scope)).toMatchObject({ kind: 'resumed' });
    await restrict.halt({ kind: 'global' }, evidence, scope);
    expect(await resume(ask({ epoch: 3, nonce }), scope)).toEqual({ kind: 'nonce-used' });
    expect((await tradingStates())[2]).toBe('HALTED');
    await settled();
  });

  it.each([
    ['libSQL does not take it', 'database', 'down', 'commit'],
    ['libSQL takes it and its reply is lost', 'database', 'lost-reply', 'commit'],
    ['Redis does not take it', 'redis', 'down', 'resume'],
    ['Redis takes it and its reply is lost', 'redis', 'lost-reply', 'resume'],
  ] as const)('halts again under a higher epoch where %s', async (_, store, kind, call) => {
    const { isolate, scope, fault, pace, states, settled } = world;
    pace.next = async (name) => {
      fault[store] = name === call ? kind : 'up';
    };
    expect(await isolate(halted).resume(ask(), scope)).toEqual({ kind: 'unconfirmed', isHalted: true });
    pace.next = async () => undefined;
    fault[store] = 'up';
    await settled();
    expect(await tradingStates()).toEqual(['HALTED', 'HALTED', 'HALTED']);
    expect((await states()).inForce.epoch).toBeGreaterThan(2);
    await world.drain.run(10_000);
    expect((await entries()).at(-1)).toMatchObject({ verb: 'halt', actor: { name: 'resume' } });
  });

  it('needs two keys where two are configured, and the same one twice is not two', async () => {
    const { isolate, scope, settled } = world;
    const { resume } = isolate(halted, 2);
    expect(await resume(ask({ keyId: 'bob' }), scope)).toEqual({ kind: 'pending' });
    expect(await resume(ask({ keyId: 'bob' }), scope)).toEqual({ kind: 'second-person-needed' });
    expect(await tradingStates()).toEqual(['HALTED', 'HALTED', 'HALTED']);
    expect(await resume(ask({ keyId: 'eve' }), scope)).toEqual({ kind: 'resumed', epoch: 2 });
    expect(await tradingStates()).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
    await settled();
    const left = await entries();
    expect(left.map(({ verb }) => verb)).toEqual(['resume', 'resume']);
    expect(left.map(({ after }) => after.approvedBy)).toContainEqual(['bob', 'eve']);
  });

  it('counts no word that was said of an epoch before', async () => {
    const { isolate, scope, settled } = world;
    const { restrict, resume } = isolate(halted, 2);
    expect(await resume(ask({ keyId: 'bob' }), scope)).toEqual({ kind: 'pending' });
    await restrict.halt({ kind: 'global' }, evidence, scope);
    expect(await resume(ask({ keyId: 'eve', epoch: 2 }), scope)).toEqual({ kind: 'pending' });
    expect((await tradingStates())[2]).toBe('HALTED');
    await settled();
  });

  it('does not say that it resumed what libSQL alone was told under a far higher epoch meanwhile', async () => {
    const { isolate, scope, durable, pace, settled } = world;
    const known = stateOf({ epoch: 7, tradingState: 'HALTED' });
    const told = { known, target: 'global', tradingState: 'HALTED' } as const;
    pace.next = async (call) => {
      pace.next = call === 'approve' ? async () => undefined : pace.next;
      if (call === 'approve') await durable.restrict(told, { by: 'ann', reason: 'race', atMs: 0 });
    };
    expect(await isolate(halted).resume(ask(), scope)).toEqual({ kind: 'unconfirmed', isHalted: true });
    await settled();
    expect(await tradingStates()).toEqual(['HALTED', 'HALTED', 'HALTED']);
  });

  describe('of one target', () => {
    const spx = { kind: 'symbol', id: 'SPX' } as const;
    const held = async () =>
      (await world.states()).inForce.targets.map(({ target, tradingState }) => [target, tradingState]);

    it('lets that one go in both stores and leaves the whole and the others as they are', async () => {
      const { isolate, scope, states, settled } = world;
      const { restrict, resume } = isolate(halted);
      await restrict.halt(spx, evidence, scope);
      await restrict.reduce({ kind: 'account', id: 'a' }, evidence, scope);
      await settled();
      expect(await resume(ask({ target: spx, epoch: 3 }), scope)).toEqual({ kind: 'resumed', epoch: 4 });
      const { redis: inRedis, database } = await states();
      expect(inRedis).toEqual(database);
      expect(database).toMatchObject({ tradingState: 'HALTED', stateEpoch: 1, epoch: 4 });
      expect(await held()).toEqual([
        ['account:a', 'REDUCING'],
        ['symbol:SPX', 'ACTIVE'],
      ]);
      expect((await entries()).at(-1)).toMatchObject({
        verb: 'resume',
        target: 'symbol:SPX',
        before: { tradingState: 'HALTED', epoch: 2 },
        after: { target: 'symbol:SPX', tradingState: 'ACTIVE', epoch: 4 },
      });
    });

    it('is not what ends the whole, nor the other way round', async () => {
      const { isolate, scope, settled } = world;
      const { restrict, resume } = isolate(halted);
      await restrict.halt(spx, evidence, scope);
      await settled();
      expect(await resume(ask({ epoch: 2 }), scope)).toEqual({ kind: 'resumed', epoch: 3 });
      expect(await held()).toEqual([['symbol:SPX', 'HALTED']]);
      expect(await resume(ask({ target: { kind: 'symbol', id: 'NDX' }, epoch: 3 }), scope)).toEqual({
        kind: 'active',
      });
    });

    it('counts a word on another target as no word on this one', async () => {
      const { isolate, scope, settled } = world;
      const { restrict, resume } = isolate(halted, 2);
      await restrict.halt(spx, evidence, scope);
      await settled();
      expect(await resume(ask({ target: spx, epoch: 2, keyId: 'bob' }), scope)).toEqual({ kind: 'pending' });
      expect(await resume(ask({ epoch: 2, keyId: 'eve' }), scope)).toEqual({ kind: 'pending' });
      expect(await tradingStates()).toEqual(['HALTED', 'HALTED', 'HALTED']);
      expect(await resume(ask({ target: spx, epoch: 2, keyId: 'eve' }), scope)).toMatchObject({
        kind: 'resumed',
      });
      await settled();
    });

    it.each(['redis', 'database'] as const)('halts it again where %s did not confirm', async (store) => {
      const { isolate, scope, fault, pace, settled } = world;
      const { restrict, resume } = isolate(halted);
      await restrict.halt(spx, evidence, scope);
      await settled();
      const call = store === 'redis' ? 'resume' : 'commit';
      pace.next = async (name) => {
        fault[store] = name === call ? 'lost-reply' : 'up';
      };
      expect(await resume(ask({ target: spx, epoch: 2 }), scope)).toEqual({
        kind: 'unconfirmed',
        isHalted: true,
      });
      pace.next = async () => undefined;
      fault[store] = 'up';
      await settled();
      expect(await held()).toEqual([['symbol:SPX', 'HALTED']]);
    });
  });

  it('never undoes a halt that came meanwhile, in whichever order they reach the stores, whichever it reached', async () => {
    let from = halted;
    for (let seed = 1; seed <= 45; seed += 1) {
      const { isolate, scope, shared, durable, pace, time, settled, states } = world;
      const random = randomOf(seed);
      pace.next = async () => {
        for (let turns = Math.floor(random() * 6); turns > 0; turns -= 1)
          await new Promise((resolve) => setImmediate(resolve));
      };
      const reached = races[seed % races.length] ?? 'both';
      const change = { by: 'ann', reason: 'race', atMs: time.nowMs() };
      const asked = { known: seed % 2 ? from : undefined, target: 'global', tradingState: 'HALTED' } as const;
      const halting = async (): Promise<unknown> => {
        for (let calls = Math.floor(random() * 6); calls > 0; calls -= 1) await pace.next('halt');
        if (reached === 'redis') return shared.restrict(asked, 'next');
        if (reached === 'database') return durable.restrict(asked, change);
        return isolate(asked.known).restrict.halt({ kind: 'global' }, evidence, scope);
      };
      await Promise.all([isolate(from).resume(ask({ epoch: from.epoch }), scope), halting()]);
      await settled();
      const { inForce } = await states();
      expect(inForce.tradingState, `seed ${seed}, halt in ${reached}`).toBe('HALTED');
      await world.levelling.level(change);
      from = (await states()).inForce satisfies ControlState;
    }
  });
});
