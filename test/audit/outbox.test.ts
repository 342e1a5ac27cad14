import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EntryFacts, sealEntry } from '../../src/audit/audit-entry.ts';
import { type Chain, createChain } from '../../src/audit/chain.ts';
import { commitEntry, commitLinked } from '../../src/audit/commit.ts';
import { type DecisionRecord, sealRecord } from '../../src/audit/decision-record.ts';
import { openKept } from '../../src/audit/open-kept.ts';
import { createOutboxDrain, type Outbox } from '../../src/audit/outbox-drain.ts';
import type { WriteFailure } from '../../src/audit/pending-records.ts';
import { createOutbox, type RedisOutbox } from '../../src/control/outbox.ts';
import { createSetAside } from '../../src/control/set-aside.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { type DatabaseInTest, openDatabaseInTest } from '../database-in-test.ts';
import { redisBackends, type TestRedis } from '../redis-backends.ts';
import { VirtualTime } from '../virtual-time.ts';

const receiptSecret = 'r'.repeat(32);
const time = new VirtualTime();

describe.each(redisBackends())('the outbox, on $name', ({ open }) => {
  let store: TestRedis;
  let opened: DatabaseInTest;
  let chain: Chain;
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

  function record(change: Partial<DecisionRecord> = {}) {
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
    return chain.link({ ...sealRecord(receiptSecret, columns, { ...columns, text: '漢"\\' }), ...change });
  }

  function isolate(byte: number): RedisOutbox {
    const random = { bytes: (length: number) => new Uint8Array(length).fill(byte) };
    return createOutbox({ redis: store.redis, ids: createIdSource({ clock: time, random }) });
  }

  const drainOf = (outbox: Outbox) =>
    createOutboxDrain({
      outbox,
      insert: (records) => commitLinked(opened.database.client, records),
      insertEntry: (entry) => commitEntry(opened.database.client, entry),
      openKept: async (text) => openKept(receiptSecret, text),
      clock: time,
    });

  const rows = async () =>
    (await opened.database.client.execute('SELECT id, record FROM decisions ORDER BY seq')).rows;

  it('gives the database what an isolate that is gone had kept, once and as it was', async () => {
    const kept = [record(), record(), record()];
    for (const each of kept) expect(await isolate(1).keep(each)).toEqual({ ok: true, value: undefined });
    const drain = drainOf(isolate(2));
    await drain.run(10_000);
    await drain.run(10_000);
    expect((await rows()).map((row) => [row['id'], row['record']])).toEqual(
      kept.map(({ id, record: text }) => [id, text]),
    );
    expect(await store.run('XLEN', 'ultrathink:outbox')).toBe(0);
    expect(drain.status()).toEqual({ lastFailure: null });
  });

  it('loses none and doubles none where any step is lost before or after it was done', async () => {
    const seed = 11;
    const random = new SeededRandom(seed);
    const lossy = (outbox: Outbox): Outbox => {
      const flaky = async <T>(step: () => Promise<Result<T, string>>): Promise<Result<T, string>> => {
        if (random.uniform() < 0.3) return err('request lost');
        const outcome = await step();
        return random.uniform() < 0.3 ? err('reply lost') : outcome;
      };
      return {
        keep: (each) => flaky(() => outbox.keep(each)),
        take: (recordsMax) => flaky(() => outbox.take(recordsMax)),
        settle: (fates) => flaky(() => outbox.settle(fates)),
      };
    };
    const outboxes = [1, 2, 3].map((byte) => lossy(isolate(byte)));
    const kept: string[] = [];
    for (let turn = 0; turn < 200; turn++) {
      const outbox = outboxes[random.below(3)];
      if (!outbox) throw new Error('no isolate');
      const each = record();
      if ((await outbox.keep(each)).ok) kept.push(each.id);
      if (random.uniform() < 0.1) await store.run('DEL', 'ultrathink:outbox-lease');
      if (random.uniform() < 0.3) await drainOf(outbox).run(10_000);
    }
    await store.run('DEL', 'ultrathink:outbox-lease');
    await drainOf(isolate(9)).run(10_000);
    const present = (await rows()).map((row) => String(row['id']));
    expect(new Set(present).size, `seed ${seed}`).toBe(present.length);
    expect(
      kept.filter((id) => !present.includes(id)),
      `seed ${seed}`,
    ).toEqual([]);
    expect(await store.run('XLEN', 'ultrathink:outbox')).toBe(0);
  });

  it('sets aside what is not of this service or is refused, and writes the others', async () => {
    const outbox = isolate(1);
    await outbox.keep(record());
    await outbox.keep(record({ record: '{"another":"text"}' }));
    await store.run('XADD', 'ultrathink:outbox', '*', 'record', 'no JSON');
    await outbox.keep(record());
    await outbox.keep({ ...record(), id: 'd-1' });
    const drain = drainOf(outbox);
    await drain.run(10_000);
    expect((await rows()).map((row) => row['id'])).toEqual(['d-1', 'd-3']);
    expect(await store.run('XLEN', 'ultrathink:outbox')).toBe(0);
    expect(await store.run('XLEN', 'ultrathink:outbox-set-aside')).toBe(3);
    expect(drain.status()).toEqual({ lastFailure: null });
    const listed = await createSetAside(store.redis).list(null, 10);
    expect(listed.ok && listed.value.map(({ reason }) => reason).join()).toContain('append-only');
    expect(await outbox.amount()).toMatchObject({ value: { waiting: 0, setAside: 3 } });
    await drain.run(10_000);
    expect(await outbox.amount()).toMatchObject({ value: { waiting: 0, setAside: 3 } });
  });

  it('gives what was set aside back, or lets it go, as a person says', async () => {
    const outbox = isolate(1);
    for (const text of ['no JSON', 'nor this']) {
      await store.run('XADD', 'ultrathink:outbox', '*', 'record', text);
    }
    await drainOf(outbox).run(10_000);
    const aside = createSetAside(store.redis);
    const listed = await aside.list(null, 10);
    if (!listed.ok) throw new Error(listed.error);
    expect(listed.value.map(({ text }) => text)).toEqual(['no JSON', 'nor this']);
    expect(listed.value[0]?.reason).toContain('nothing that this service keeps');
    const [first, second] = listed.value.map(({ id }) => id);
    if (!first || !second) throw new Error('two were set aside');
    expect(await aside.list(first, 10)).toMatchObject({ value: [{ id: second }] });
    expect(await aside.clear('retry', [first])).toEqual({ ok: true, value: 1 });
    expect(await outbox.amount()).toMatchObject({ value: { waiting: 1, setAside: 1 } });
    expect(await aside.clear('drop', [second, first])).toEqual({ ok: true, value: 1 });
    await drainOf(outbox).run(10_000);
    expect(await aside.clear('drop', ['1-1'])).toEqual({ ok: true, value: 0 });
    expect(await outbox.amount()).toMatchObject({ value: { waiting: 0, setAside: 1 } });
  });

  it('keeps what the database cannot take while its schema is another, and writes it once it can', async () => {
    const outbox = isolate(1);
    const { client } = opened.database;
    for (let count = 0; count < 5; count++) await outbox.keep(record());
    await client.execute('ALTER TABLE decisions RENAME TO decisions_in_migration');
    const drain = drainOf(outbox);
    for (let run = 0; run < 5; run++) await drain.run(10_000);
    expect(drain.status().lastFailure).toContain('no such table');
    expect(await outbox.amount()).toMatchObject({ value: { waiting: 5, setAside: 0 } });
    await client.execute('ALTER TABLE decisions_in_migration RENAME TO decisions');
    for (let run = 0; run < 3; run++) await drain.run(10_000);
    expect(await rows()).toHaveLength(5);
    expect(await outbox.amount()).toEqual({ ok: true, value: { waiting: 0, setAside: 0, bytes: 0 } });
    expect(drain.status()).toEqual({ lastFailure: null });
  });

  it('tries what is under another secret for an hour, by whichever isolate has it, and sets it aside then', async () => {
    const outbox = isolate(1);
    const kept = record();
    await outbox.keep(kept);
    const strange = createOutboxDrain({
      outbox,
      insert: (records) => commitLinked(opened.database.client, records),
      insertEntry: (entry) => commitEntry(opened.database.client, entry),
      openKept: async (text) => openKept('another'.repeat(5), text),
      clock: time,
    });
    await strange.run(10_000);
    await strange.run(10_000);
    expect(await outbox.amount()).toMatchObject({ value: { waiting: 1, setAside: 0 } });
    await drainOf(outbox).run(10_000);
    expect((await rows()).map((row) => row['id'])).toEqual([kept.id]);
    const text = JSON.stringify(record());
    const since = String((await store.nowMs()) - 3_600_001);
    await store.run('XADD', 'ultrathink:outbox', '*', 'record', text, 'since', since);
    await strange.run(10_000);
    expect(await outbox.amount()).toMatchObject({ value: { waiting: 0, setAside: 1 } });
  });

  it('writes the others where the database never answers to one of them', async () => {
    const outbox = isolate(1);
    const kept = Array.from({ length: 9 }, () => record());
    for (const each of kept) await outbox.keep(each);
    const drain = createOutboxDrain({
      outbox,
      insert: async (records) =>
        records.some(({ id }) => id === kept[2]?.id)
          ? err({ kind: 'unavailable', detail: 'no answer' } as const)
          : commitLinked(opened.database.client, records),
      insertEntry: async () => ok(undefined),
      openKept: async (text) => openKept(receiptSecret, text),
      clock: time,
    });
    for (let run = 0; run < 12; run++) await drain.run(10_000);
    expect(await rows()).toHaveLength(8);
    expect(await outbox.amount()).toMatchObject({ value: { waiting: 1, setAside: 0 } });
  });

  it('waits for a database that does not answer once a drain, however many entries wait', async () => {
    const outbox = isolate(1);
    const facts: EntryFacts = {
      actor: { kind: 'component', name: 'test' },
      verb: 'halt',
      target: 'global',
      reason: 'a drill',
      clientAddress: null,
      before: null,
      after: null,
    };
    for (let seq = 1; seq <= 9; seq += 1) {
      const place = { id: `e-${seq}`, writer: 'w', seq, atMs: 1 };
      await outbox.keep(chain.link(sealEntry(receiptSecret, place, facts)));
    }
    await outbox.keep(record());
    let hangs = true;
    let asked = 0;
    const answered = async (write: () => Promise<Result<void, WriteFailure>>) => {
      asked += 1;
      return hangs ? err({ kind: 'unavailable', detail: 'no answer' } as const) : write();
    };
    const drain = createOutboxDrain({
      outbox,
      insert: (records) => answered(() => commitLinked(opened.database.client, records)),
      insertEntry: (entry) => answered(() => commitEntry(opened.database.client, entry)),
      openKept: async (text) => openKept(receiptSecret, text),
      clock: time,
    });
    for (let run = 1; run <= 3; run += 1) {
      await drain.run(10_000);
      expect(asked).toBe(run);
    }
    expect(await outbox.amount()).toMatchObject({ value: { waiting: 10, setAside: 0 } });
    expect(drain.status()).toEqual({ lastFailure: 'no answer' });
    hangs = false;
    for (let run = 0; run < 3; run += 1) await drain.run(10_000);
    expect(await outbox.amount()).toMatchObject({ value: { waiting: 0, setAside: 0 } });
    expect(drain.status()).toEqual({ lastFailure: null });
  });

  it('asks less often behind answers while it fails', async () => {
    const outbox = isolate(1);
    await outbox.keep(record());
    let statements = 0;
    const drain = createOutboxDrain({
      outbox,
      async insert() {
        statements += 1;
        return err({ kind: 'unavailable', detail: 'away' } as const);
      },
      insertEntry: async () => ok(undefined),
      openKept: async (text) => openKept(receiptSecret, text),
      clock: time,
    });
    const behind: Promise<void>[] = [];
    const scope = { waitUntil: (work: Promise<void>) => void behind.push(work), clientAddress: '' };
    for (let second = 0; second < 120; second++) {
      drain.follow(scope);
      await Promise.all(behind);
      await time.advance(1_000);
    }
    expect(statements).toBeLessThanOrEqual(8);
  });

  it('is full by bytes as by records, and has room again once they are written', async () => {
    const outbox = isolate(1);
    const long = () => record({ record: 'x'.repeat(8_000_000) });
    let kept = 0;
    while ((await outbox.keep(long())).ok) kept += 1;
    expect(kept).toBe(8);
    expect(await outbox.keep(long())).toEqual({ ok: false, error: 'the outbox is full' });
    const amount = await outbox.amount();
    expect(amount.ok && amount.value.bytes).toBeLessThanOrEqual(67_108_864);
    const taken = await outbox.take(1);
    if (!taken.ok || !taken.value?.[0]) throw new Error('nothing was taken');
    await outbox.settle(new Map([[taken.value[0].id, { kind: 'written', reason: '' }]]));
    expect((await outbox.keep(long())).ok).toBe(true);
  });

  it('gives out as many as come in one reply, however long one of them is', async () => {
    const outbox = isolate(1);
    const long = (chars: number) => record({ record: 'x'.repeat(chars) });
    for (const chars of [1_000, 100_000, 200_000, 400_000, 1_000]) await outbox.keep(long(chars));
    const counts = [];
    for (;;) {
      const taken = await outbox.take(128);
      if (!taken.ok || taken.value === null) throw new Error('nothing was taken');
      if (taken.value.length === 0) break;
      counts.push(taken.value.length);
      await outbox.settle(new Map(taken.value.map(({ id }) => [id, { kind: 'written', reason: '' }])));
    }
    expect(counts).toEqual([2, 1, 1, 1]);
  });

  it('leaves it to the isolate that has the lease', async () => {
    await isolate(1).keep(record());
    await isolate(1).take(128);
    await drainOf(isolate(2)).run(10_000);
    expect(await rows()).toEqual([]);
    await drainOf(isolate(1)).run(10_000);
    expect(await rows()).toHaveLength(1);
    await isolate(3).keep(record());
    await drainOf(isolate(3)).run(10_000);
    expect(await rows()).toHaveLength(2);
  });

  it('keeps what waits while the database is away', async () => {
    const outbox = isolate(1);
    await outbox.keep(record());
    const insert = async () => err({ kind: 'unavailable', detail: 'away' } as const);
    const insertEntry = insert;
    const drain = createOutboxDrain({
      outbox,
      insert,
      insertEntry,
      openKept: async (text) => openKept(receiptSecret, text),
      clock: time,
    });
    await drain.run(10_000);
    expect(drain.status()).toEqual({ lastFailure: 'away' });
    expect(await store.run('XLEN', 'ultrathink:outbox')).toBe(1);
  });

  it('refuses to keep more than it has room for', async () => {
    const full = { ...store.redis, eval: async () => ['outcome', 'full'] };
    const outbox = createOutbox({ redis: full as unknown as typeof store.redis, ids: { next: () => 'i' } });
    expect(await outbox.keep(record())).toEqual({ ok: false, error: 'the outbox is full' });
  });
});
