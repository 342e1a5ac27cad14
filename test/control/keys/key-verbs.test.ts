import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditTrail } from '../../../src/audit/audit-trail.ts';
import { createChain } from '../../../src/audit/chain.ts';
import { createTrace } from '../../../src/audit/trace.ts';
import { createWriter } from '../../../src/audit/writer.ts';
import { createApprove } from '../../../src/control/approvals.ts';
import { createCreateKey } from '../../../src/control/keys/create-key.ts';
import { createNewsOfKeys } from '../../../src/control/keys/news-of-keys.ts';
import { createRevokeKey } from '../../../src/control/keys/revoke-key.ts';
import { createRotateKey } from '../../../src/control/keys/rotate-key.ts';
import { createSetKeyLimits } from '../../../src/control/keys/set-key-limits.ts';
import { createTellKeys, type TellKeys } from '../../../src/control/keys/tell-keys.ts';
import { redisKeys } from '../../../src/control/redis-keys.ts';
import { createSharedControl } from '../../../src/control/sync.ts';
import { sha256Hex } from '../../../src/core/digest.ts';
import { createIdSource } from '../../../src/core/ids.ts';
import { err } from '../../../src/core/result.ts';
import { loadKey } from '../../../src/store/load-key.ts';
import { type DatabaseInTest, openDatabaseInTest } from '../../database-in-test.ts';
import { redisBackends, type TestRedis } from '../../redis-backends.ts';
import { settleBehind } from '../../settle-behind.ts';
import { VirtualTime } from '../../virtual-time.ts';
import { stateOf } from '../state-of.ts';

const terms = { account: 'acme', scopes: ['decide'], ratePerSecond: 5, burst: 9 } as const;
const powerful = { ...terms, scopes: ['operate', 'approve'] } as const;
const noBreakers = { ask: () => ({ revision: 0, askedAtMs: 0, reports: [] }), learn: () => undefined };

/** The verbs over two real stores, either of which a test can take away. */
function verbsOver({ redis }: TestRedis, { database }: DatabaseInTest, approvalsNeeded: 1 | 2) {
  const time = new VirtualTime(Date.parse('2026-03-02T12:00:00Z'));
  /** `unheard`: the database takes what it is told, and its answer is lost. */
  const down = { redis: false, database: false, unheard: false };
  const reported: unknown[] = [];
  const behind: Promise<void>[] = [];
  const scope = { waitUntil: (work: Promise<void>) => void behind.push(work), clientAddress: '192.0.2.1' };
  let drawn = 0;
  const random = { bytes: (length: number) => Uint8Array.from({ length }, () => (drawn++ * 31) & 0xff) };
  const ids = createIdSource({ clock: time, random });
  const writer = createWriter(ids);
  const shared = { client: database.client, writer, chain: createChain(), ids, clock: time };
  const sound = createAuditTrail({ ...shared, receiptSecret: 'r'.repeat(32) });
  const unavailable = err({ kind: 'unavailable', detail: 'down' } as const);
  const trail: typeof sound = {
    seal: sound.seal,
    async commit(...args) {
      if (down.database) return unavailable;
      const written = await sound.commit(...args);
      return down.unheard ? unavailable : written;
    },
  };
  const report = (failure: unknown) => void reported.push(failure);
  const tell = createTellKeys(redis);
  const tellKeys: TellKeys = async (news) => (down.redis ? err('down') : tell(news));
  const options = {
    ...{ database, trail, random, clock: time, approvalsNeeded, approve: createApprove(redis) },
    trace: createTrace({ trail, keep: async () => err('no outbox'), clock: time, timers: time, report }),
    news: createNewsOfKeys({ tellKeys, clock: time, timers: time, report, viewLifeMs: 1_000 }),
  };

  const settled = () => settleBehind(behind, time);

  return {
    ...{ time, down, reported, scope, settled },
    create: createCreateKey(options),
    rotate: createRotateKey(options),
    revoke: createRevokeKey(options),
    limit: createSetKeyLimits(options),
  };
}

describe.each(redisBackends())('keys are made, rotated and revoked, on $name', ({ open }) => {
  let redis: TestRedis;
  let libsql: DatabaseInTest;

  beforeAll(async () => {
    redis = await open();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    await redis.run('FLUSHALL');
    libsql = await openDatabaseInTest();
    return () => libsql.close();
  });

  const by = (keyId: string, id = 'bot', person = keyId) => ({
    ...{ id, person, by: { keyId, account: 'desk' }, reason: 'a reason', clientAddress: '192.0.2.2' },
  });
  const stored = async (id = 'bot') => {
    const row = await loadKey(libsql.database, id);
    return row.ok ? row.value : row.error;
  };
  const entries = async () => {
    const { rows } = await libsql.database.client.execute(
      'SELECT record FROM audit_entries ORDER BY ordinal',
    );
    return rows.map((row) => JSON.parse(String(row['record'])));
  };
  /** What isolates are told. */
  const news = async () => {
    const control = createSharedControl(redis.redis, noBreakers);
    await control.seed(stateOf({ epoch: 1, tradingState: 'ACTIVE' }));
    const ask = {
      requestId: `${Math.random()}`,
      epoch: 1,
      revocationCursor: 0,
      heartbeatMsMax: 0,
      wants: [],
    };
    const reply = await control.sync(ask);
    if (!reply.ok || reply.value.kind !== 'synced') throw new Error(JSON.stringify(reply));
    return reply.value;
  };

  it('makes a key whose secret is kept nowhere, and leaves who, why, from where and what', async () => {
    const { create, scope } = verbsOver(redis, libsql, 1);
    const created = await create({ ...by('ann'), ...terms }, scope);
    if (created.kind !== 'created') throw new Error(created.kind);
    const { secret } = created;
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(await stored()).toMatchObject({ ...terms, secretSha256: sha256Hex(secret), revokedAtMs: null });
    const left = await entries();
    expect(left).toMatchObject([
      {
        ...{ verb: 'create-key', target: 'key:bot', actor: { kind: 'key', keyId: 'ann', account: 'desk' } },
        ...{ reason: 'a reason', clientAddress: '192.0.2.2', before: null },
        after: { ...terms, approvedBy: ['ann'] },
      },
    ]);
    const dump = await libsql.database.client.execute('SELECT * FROM api_keys, audit_entries');
    expect(JSON.stringify([dump.rows, left])).not.toContain(secret);
    expect(JSON.stringify(left)).not.toContain(sha256Hex(secret));
  });

  it('takes an id once, also after its key was revoked', async () => {
    const { create, revoke, scope } = verbsOver(redis, libsql, 1);
    await create({ ...by('ann'), ...terms }, scope);
    expect(await create({ ...by('ann'), ...terms }, scope)).toEqual({ kind: 'exists' });
    await revoke(by('ann'), scope);
    expect(await create({ ...by('ann'), ...terms }, scope)).toEqual({ kind: 'exists' });
    expect((await entries()).map(({ verb }) => verb)).toEqual(['create-key', 'revoke-key']);
  });

  it('needs two people for a key that may do more than look where two let trading go', async () => {
    const { create, scope, settled } = verbsOver(redis, libsql, 2);
    const onlooker = { ...terms, scopes: ['observe'] } as const;
    expect(await create({ ...by('ann'), ...onlooker }, scope)).toMatchObject({ kind: 'created' });
    const ask = (who: string, over = {}) => create({ ...by(who, 'boss'), ...powerful, ...over }, scope);
    expect(await ask('ann')).toEqual({ kind: 'pending' });
    expect(await ask('ann')).toEqual({ kind: 'second-person-needed' });
    // What is not the same to the letter is another ask.
    expect(await ask('eve', { burst: 10 })).toEqual({ kind: 'pending' });
    expect(await stored('boss')).toBeUndefined();
    expect(await ask('eve')).toMatchObject({ kind: 'created' });
    await settled();
    const after = (await entries()).filter(({ target }) => target === 'key:boss').map((left) => left.after);
    expect(after).toHaveLength(3);
    expect(after).toContainEqual({ ...powerful, approvedBy: ['ann', 'eve'] });
  });

  it('says who stands behind a key: whoever alone made it or gave it its secret, and nobody where two agreed', async () => {
    const alone = verbsOver(redis, libsql, 1);
    const together = verbsOver(redis, libsql, 2);
    const { scope } = alone;
    const person = async (id: string) => {
      const row = await stored(id);
      return typeof row === 'object' ? row.person : row;
    };
    await alone.create({ ...by('ann', 'second'), ...powerful }, scope);
    await alone.create({ ...by('second', 'third', 'ann'), ...powerful }, scope);
    expect([await person('second'), await person('third')]).toEqual(['ann', 'ann']);
    for (const who of ['ann', 'eve']) await together.create({ ...by(who, 'boss'), ...powerful }, scope);
    expect(await person('boss')).toBeNull();
    await alone.rotate({ ...by('boss', 'boss'), overlapMs: 0 }, scope);
    expect(await person('boss')).toBeNull();
    await alone.rotate({ ...by('eve', 'boss'), overlapMs: 0 }, scope);
    expect(await person('boss')).toBe('eve');
    for (const who of ['ann', 'zoe']) await together.rotate({ ...by(who, 'boss'), overlapMs: 0 }, scope);
    expect(await person('boss')).toBeNull();
  });

  it('counts the keys of one person as one', async () => {
    const { create, scope } = verbsOver(redis, libsql, 2);
    const ask = (who: string, person: string) => create({ ...by(who, 'boss', person), ...powerful }, scope);
    expect(await ask('ann', 'ann')).toEqual({ kind: 'pending' });
    expect(await ask('second', 'ann')).toEqual({ kind: 'second-person-needed' });
    expect(await ask('eve', 'eve')).toMatchObject({ kind: 'created' });
  });

  it('leaves no overlap of two people to a key that may approve', async () => {
    const { create, rotate, scope } = verbsOver(redis, libsql, 1);
    const ask = (who: string, overlapMs: number, id = 'second') =>
      rotate({ ...by(who, id), overlapMs }, scope);
    await create({ ...by('ann', 'second'), ...powerful }, scope);
    const before = await stored('second');
    expect(await ask('bob', 60_000)).toEqual({ kind: 'two-holders' });
    expect(await stored('second')).toEqual(before);
    expect(await ask('ann', 60_000)).toMatchObject({ kind: 'rotated' });
    expect(await ask('second', 60_000)).toMatchObject({ kind: 'rotated' });
    expect(await ask('bob', 0)).toMatchObject({ kind: 'rotated', row: { person: 'bob' } });
    await create({ ...by('ann'), ...terms }, scope);
    expect(await ask('bob', 60_000, 'bot')).toMatchObject({ kind: 'rotated' });
  });

  it('rotates: the new secret at once, the one before for the overlap, one before that no longer', async () => {
    const { create, rotate, scope, time } = verbsOver(redis, libsql, 1);
    const made = await create({ ...by('ann'), ...terms }, scope);
    const once = await rotate({ ...by('ann'), overlapMs: 60_000 }, scope);
    const twice = await rotate({ ...by('ann'), overlapMs: 30_000 }, scope);
    if (made.kind !== 'created' || once.kind !== 'rotated' || twice.kind !== 'rotated')
      throw new Error('not done');
    expect(twice.told).toEqual({ redis: 'CONFIRMED', effectiveByMs: time.nowMs() + 31_000 });
    expect(await stored()).toMatchObject({
      secretSha256: sha256Hex(twice.secret),
      previousSecretSha256: sha256Hex(once.secret),
      previousUntilMs: time.nowMs() + 30_000,
    });
    const { retirements, revokedKeyIds } = await news();
    expect(revokedKeyIds).toEqual([]);
    const inMs = (secret: string) =>
      retirements.filter(({ secretSha256 }) => secretSha256 === sha256Hex(secret)).map((told) => told.inMs);
    expect(inMs(made.secret)).toContain(0);
    expect(inMs(once.secret)).toHaveLength(1);
    expect(inMs(once.secret)[0]).toBeGreaterThan(20_000);
    expect(inMs(once.secret)[0]).toBeLessThanOrEqual(30_000);
    expect(inMs(twice.secret)).toEqual([]);
    expect((await entries()).at(-1)).toMatchObject({
      ...{ verb: 'rotate-key', target: 'key:bot', before: { previousUntilMs: time.nowMs() + 60_000 } },
      after: { previousUntilMs: time.nowMs() + 30_000, approvedBy: ['ann'] },
    });
  });

  it('of two who rotate at once lets one', async () => {
    const { create, rotate, scope } = verbsOver(redis, libsql, 1);
    await create({ ...by('ann'), ...terms }, scope);
    const ask = () => rotate({ ...by('ann'), overlapMs: 0 }, scope);
    const kinds = (await Promise.all([ask(), ask()])).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['changed', 'rotated']);
    expect((await entries()).map(({ verb }) => verb)).toEqual(['create-key', 'rotate-key']);
  });

  it('lets nobody take over a second person’s key alone where two are needed, but rotate their own', async () => {
    const alone = verbsOver(redis, libsql, 1);
    for (const id of ['ann', 'eve']) await alone.create({ ...by('boot', id), ...powerful }, alone.scope);
    const { rotate, scope, settled } = verbsOver(redis, libsql, 2);
    const ask = (who: string) => rotate({ ...by(who, 'eve'), overlapMs: 0 }, scope);
    expect(await ask('ann')).toEqual({ kind: 'pending' });
    expect(await ask('ann')).toEqual({ kind: 'second-person-needed' });
    expect(await ask('eve')).toMatchObject({ kind: 'rotated' });
    await settled();
  });

  it.each(['database', 'unheard'] as const)(
    'has every isolate read a key again of which nobody knows whether it was changed, now and later: %s',
    async (fails) => {
      const { create, rotate, limit, down, scope, settled } = verbsOver(redis, libsql, 1);
      await create({ ...by('ann'), ...terms }, scope);
      const before = await stored();
      down[fails] = true;
      const verbs = [
        () => rotate({ ...by('ann'), overlapMs: 0 }, scope),
        () => limit({ ...by('ann'), limits: { ratePerSecond: 2, burst: 9 }, mayRaise: false }, scope),
      ];
      for (const verb of verbs) {
        await redis.run('DEL', redisKeys.revocations);
        expect(await verb()).toEqual({ kind: 'unavailable' });
        expect(await news()).toMatchObject({ changedKeyIds: ['bot'], retirements: [], revokedKeyIds: [] });
        await redis.run('DEL', redisKeys.revocations);
        await settled();
        expect(await news()).toMatchObject({ changedKeyIds: ['bot'] });
      }
      const isWritten = JSON.stringify(await stored()) !== JSON.stringify(before);
      expect(isWritten).toBe(fails === 'unheard');
    },
  );

  it('lowers a limit by one person at once, and raises it by as many as let trading go', async () => {
    const alone = verbsOver(redis, libsql, 1);
    await alone.create({ ...by('ann'), ...terms }, alone.scope);
    const { limit, scope, time, settled } = verbsOver(redis, libsql, 2);
    const ask = (who: string, ratePerSecond: number, burst: number, mayRaise = true) =>
      limit({ ...by(who), limits: { ratePerSecond, burst }, mayRaise }, scope);
    const told = { redis: 'CONFIRMED', effectiveByMs: time.nowMs() + 1_000 };
    expect(await ask('ann', 2, 9, false)).toMatchObject({ kind: 'set', told, row: { ratePerSecond: 2 } });
    expect((await news()).changedKeyIds).toEqual(['bot']);
    // Lower in one and higher in the other is a raise.
    expect(await ask('ann', 1, 10, false)).toEqual({ kind: 'raise' });
    expect(await ask('ann', 3, 9)).toEqual({ kind: 'pending' });
    expect(await ask('ann', 3, 9)).toEqual({ kind: 'second-person-needed' });
    expect(await stored()).toMatchObject({ ratePerSecond: 2, burst: 9 });
    expect(await ask('eve', 3, 9)).toMatchObject({ kind: 'set', row: { ratePerSecond: 3, burst: 9 } });
    expect(await limit({ ...by('ann', 'x'), limits: terms, mayRaise: true }, scope)).toEqual({
      kind: 'unknown',
    });
    await settled();
    const left = (await entries()).filter(({ verb }) => verb === 'set-limits');
    expect(
      left.map(({ before, after }) => [before?.ratePerSecond ?? null, after.ratePerSecond]),
    ).toContainEqual([2, 3]);
    expect(left.map(({ after }) => after.approvedBy)).toContainEqual(['ann', 'eve']);
  });

  it('of a raise and a lowering at once lets one', async () => {
    const { create, limit, scope } = verbsOver(redis, libsql, 1);
    await create({ ...by('ann'), ...terms }, scope);
    const ask = (ratePerSecond: number) =>
      limit({ ...by('ann'), limits: { ratePerSecond, burst: 9 }, mayRaise: true }, scope);
    const kinds = (await Promise.all([ask(1), ask(50)])).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['changed', 'set']);
  });

  it('revokes: every isolate is told, the row says so, and it can be said again', async () => {
    const { create, revoke, rotate, scope, time } = verbsOver(redis, libsql, 1);
    await create({ ...by('ann'), ...terms }, scope);
    const revokedAtMs = time.nowMs();
    const told = { redis: 'CONFIRMED', effectiveByMs: revokedAtMs + 1_000 };
    expect(await revoke(by('ann'), scope)).toMatchObject({ kind: 'revoked', told, row: { revokedAtMs } });
    expect((await news()).revokedKeyIds).toEqual(['bot']);
    await time.advance(5_000);
    expect(await revoke(by('eve'), scope)).toMatchObject({ kind: 'revoked', row: { revokedAtMs } });
    expect(await stored()).toMatchObject({ revokedAtMs });
    expect(await rotate({ ...by('ann'), overlapMs: 0 }, scope)).toEqual({ kind: 'revoked' });
    expect((await entries()).map(({ verb, before, after }) => [verb, before, after]).slice(1)).toEqual([
      ['revoke-key', { revokedAtMs: null }, { revokedAtMs }],
    ]);
    expect(await revoke(by('ann', 'nobody'), scope)).toEqual({ kind: 'unknown' });
  });

  it('revokes in either store: what the other one did not confirm is said', async () => {
    const { create, revoke, scope, time, down, settled, reported } = verbsOver(redis, libsql, 1);
    await create({ ...by('ann'), ...terms }, scope);
    down.database = true;
    expect(await revoke(by('ann'), scope)).toMatchObject({
      ...{ kind: 'unconfirmed', told: { redis: 'CONFIRMED' } },
    });
    expect((await news()).revokedKeyIds).toEqual(['bot']);
    await redis.run('FLUSHALL');
    down.database = false;
    down.redis = true;
    expect(await revoke(by('ann'), scope)).toMatchObject({
      ...{ kind: 'revoked', told: { redis: 'PENDING', effectiveByMs: time.nowMs() + 600_000 } },
    });
    down.redis = false;
    await settled();
    expect((await news()).revokedKeyIds).toEqual(['bot']);
    expect(reported).toEqual([]);
  });

  it('tells of an overlap what is left of it when Redis is back, and reports where it never is', async () => {
    const { create, rotate, scope, down, settled, reported } = verbsOver(redis, libsql, 1);
    await create({ ...by('ann'), ...terms }, scope);
    down.redis = true;
    await rotate({ ...by('ann'), overlapMs: 100 }, scope);
    down.redis = false;
    await settled();
    expect((await news()).retirements).toMatchObject([{ inMs: 0 }]);
    down.redis = true;
    await rotate({ ...by('ann'), overlapMs: 100 }, scope);
    await settled();
    expect(reported).toEqual(['keys: Redis was not told of bot, bot']);
  });
});
