import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createChain } from '../../src/audit/chain.ts';
import { commitDecisions } from '../../src/audit/commit.ts';
import { sealRecord } from '../../src/audit/decision-record.ts';
import { createDatabaseLog } from '../../src/audit/log-rows.ts';
import { createSealer } from '../../src/audit/sealer.ts';
import { fromTheBeginning, verifyLog } from '../../src/audit/verify-log.ts';
import { createSealClaim } from '../../src/control/seal-claim.ts';
import { ed25519PublicKey } from '../../src/core/ed25519.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { type DatabaseInTest, openDatabaseInTest } from '../database-in-test.ts';
import { redisBackends, type TestRedis } from '../redis-backends.ts';
import { VirtualTime } from '../virtual-time.ts';

const signingKey = '5'.repeat(64);
const publicKeys = [ed25519PublicKey(signingKey)];
const time = new VirtualTime();

describe.each(redisBackends())('the sealer, on $name', ({ open }) => {
  let store: TestRedis;
  let opened: DatabaseInTest;
  let chain = createChain();
  let written = 0;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    await store.run('FLUSHALL');
    opened = await openDatabaseInTest();
    chain = createChain();
    written = 0;
  });
  afterEach(() => opened.close());

  /** Each isolate draws ids of its own. */
  function isolate(byte: number, rowsMax = 100) {
    const random = { bytes: (length: number) => new Uint8Array(length).fill(byte) };
    const claim = createSealClaim({ redis: store.redis, ids: createIdSource({ clock: time, random }) });
    const { database } = opened;
    return createSealer({ database, claim, signingKey, publicKeys, clock: time, rowsMax });
  }

  async function write(count: number): Promise<void> {
    const records = Array.from({ length: count }, () => {
      written += 1;
      const place = { id: `d-${written}`, writer: 'w', seq: written };
      const columns = {
        ...place,
        account: 'a',
        keyId: 'k',
        symbol: 'S',
        action: 'BUY',
        decidedAtMs: 1,
      } as const;
      return sealRecord('r'.repeat(32), columns, columns);
    });
    const { client } = opened.database;
    expect(await commitDecisions({ client, chain }, records)).toMatchObject({ ok: true });
  }

  const sealCount = async () =>
    Number((await opened.database.client.execute('SELECT count(*) AS n FROM seals')).rows[0]?.['n']);
  const verify = () =>
    verifyLog(createDatabaseLog(opened.database), {
      publicKeys,
      anchors: [],
      hasReceipt: null,
      from: fromTheBeginning,
      sealsMax: Number.POSITIVE_INFINITY,
      unsealedMax: Number.POSITIVE_INFINITY,
    });

  it('seals all rows in as many seals as it takes, and writes none where nothing is new', async () => {
    await write(25);
    const sealer = isolate(1, 10);
    await sealer.run(10_000);
    expect(sealer.status()).toEqual({ seq: 3, lastFailure: null });
    await sealer.run(10_000);
    expect(await sealCount()).toBe(3);
    const { findings, sealedUpTo, unsealed } = await verify();
    expect(findings).toEqual([]);
    expect(sealedUpTo.decisionsTo).toBe(25);
    expect(unsealed).toEqual({ decisions: 0, entries: 0 });
  });

  it('leaves it to the isolate that has the lease', async () => {
    await write(3);
    const first = isolate(1);
    const second = isolate(2);
    await first.run(10_000);
    await write(3);
    await second.run(10_000);
    expect(await sealCount()).toBe(1);
    expect(second.status()).toEqual({ seq: null, lastFailure: null });
    await store.run('DEL', 'ultrathink:seal-lease');
    await second.run(10_000);
    expect(await sealCount()).toBe(2);
    expect((await verify()).findings).toEqual([]);
  });

  it('writes one seal of a number where two seal at once in spite of the lease', async () => {
    await write(5);
    const sealers = [1, 2, 3].map((byte) => isolate(byte));
    const claimLost = setInterval(() => void store.run('DEL', 'ultrathink:seal-lease'), 1);
    await Promise.all(sealers.map((sealer) => sealer.run(10_000)));
    clearInterval(claimLost);
    const { findings, sealedUpTo } = await verify();
    expect(findings).toEqual([]);
    expect(sealedUpTo).toMatchObject({ seq: 1, decisionsTo: 5 });
  });

  it('seals once where the cron and an answer have one isolate seal at the same time', async () => {
    await write(5);
    let read = 0;
    const clock = { nowMs: () => time.nowMs() + ++read, monotonicMs: () => time.monotonicMs() };
    const claim = createSealClaim({ redis: store.redis, ids: { next: () => 'i' } });
    const { database } = opened;
    const sealer = createSealer({ database, claim, signingKey, publicKeys, clock, rowsMax: 10 });
    await Promise.all([sealer.run(10_000), sealer.run(10_000), sealer.run(10_000)]);
    expect(sealer.status()).toEqual({ seq: 1, lastFailure: null });
    expect(await sealCount()).toBe(1);
    await write(1);
    await sealer.run(10_000);
    expect(sealer.status()).toEqual({ seq: 2, lastFailure: null });
  });

  it('seals again on an isolate whose run was cut off, once that must have ended', async () => {
    await write(1);
    const claim = createSealClaim({ redis: store.redis, ids: { next: () => 'i' } });
    const { database } = opened;
    let isCut = true;
    const never = new Promise<never>(() => undefined);
    const cut = { ...claim, claim: () => (isCut ? never : claim.claim()) };
    const sealer = createSealer({ database, claim: cut, signingKey, publicKeys, clock: time, rowsMax: 10 });
    void sealer.run(6_000);
    isCut = false;
    await time.advance(35_999);
    await sealer.run(6_000);
    expect(await sealCount()).toBe(0);
    await time.advance(1);
    await sealer.run(6_000);
    expect(await sealCount()).toBe(1);
  });

  it('leaves a seal to who was faster, and knows its own again where the answer of its writing was lost', async () => {
    await write(5);
    const { database } = opened;
    const rival = isolate(2);
    const insert = database.orm.insert.bind(database.orm);
    const during = { insert: async () => undefined as unknown };
    const orm = Object.assign(Object.create(database.orm), {
      insert: (table: Parameters<typeof insert>[0]) => ({
        values: async (row: never) => {
          await during.insert();
          await insert(table).values(row);
          throw new Error('the answer was lost');
        },
      }),
    });
    const claim = createSealClaim({ redis: store.redis, ids: { next: () => 'i' } });
    const options = { claim, signingKey, publicKeys, clock: time, rowsMax: 10 };
    const sealer = createSealer({ ...options, database: { ...database, orm } });
    during.insert = async () => {
      await store.run('DEL', 'ultrathink:seal-lease');
      await time.advance(1);
      await rival.run(10_000);
    };
    await sealer.run(10_000);
    expect(sealer.status().lastFailure).toBeNull();
    expect(await sealCount()).toBe(1);
    await write(1);
    await store.run('DEL', 'ultrathink:seal-lease');
    during.insert = async () => undefined;
    await sealer.run(10_000);
    expect(sealer.status()).toEqual({ seq: 2, lastFailure: null });
    expect((await verify()).findings).toEqual([]);
  });

  it('puts no seal on a log that was cut, or that is an old backup', async () => {
    await write(5);
    const sealer = isolate(1);
    await sealer.run(10_000);
    await opened.database.client.batch(
      [
        'DROP TRIGGER seals_no_delete',
        'DELETE FROM seals',
        'DROP TRIGGER decisions_no_delete',
        'DELETE FROM decisions WHERE ordinal > 3',
      ],
      'write',
    );
    await write(4);
    await sealer.run(10_000);
    expect(await sealCount()).toBe(0);
    expect(sealer.status().lastFailure).toContain('cut, or an old one restored');
  });

  it('goes on from no seal that is not good', async () => {
    await write(5);
    const sealer = isolate(1);
    await sealer.run(10_000);
    await opened.database.client.batch(
      ['DROP TRIGGER seals_no_update', "UPDATE seals SET leaves = replace(leaves, 'a', 'b')"],
      'write',
    );
    await write(1);
    await sealer.run(10_000);
    expect(await sealCount()).toBe(1);
    expect(sealer.status().lastFailure).toContain('seal 1');
  });

  it('says why it does not seal while Redis or the database is away, and seals when they are back', async () => {
    await write(1);
    const claim = { claim: async () => ({ ok: false, error: 'Redis is away' }) as const };
    const { database } = opened;
    const cutOff = createSealer({
      database,
      claim: { ...createSealClaim({ redis: store.redis, ids: { next: () => 'i' } }), ...claim },
      signingKey,
      publicKeys,
      clock: time,
      rowsMax: 10,
    });
    await cutOff.run(10_000);
    expect(cutOff.status()).toEqual({ seq: null, lastFailure: 'Redis is away' });
    const sealer = isolate(1);
    await sealer.run(10_000);
    expect(sealer.status()).toEqual({ seq: 1, lastFailure: null });
  });
});
