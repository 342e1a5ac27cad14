import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Chain, createChain } from '../../src/audit/chain.ts';
import { commitLinked } from '../../src/audit/commit.ts';
import { type DecisionRecord, sealRecord } from '../../src/audit/decision-record.ts';
import { createOutboxDrain, type Outbox } from '../../src/audit/outbox-drain.ts';
import { createOutbox } from '../../src/control/outbox.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { err, type Result } from '../../src/core/result.ts';
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

  function isolate(byte: number): Outbox {
    const random = { bytes: (length: number) => new Uint8Array(length).fill(byte) };
    return createOutbox({ redis: store.redis, ids: createIdSource({ clock: time, random }) });
  }

  const drainOf = (outbox: Outbox) =>
    createOutboxDrain({
      outbox,
      insert: (records) => commitLinked(opened.database.client, records),
      receiptSecret,
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
        take: () => flaky(() => outbox.take()),
        drop: (fates) => flaky(() => outbox.drop(fates)),
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
    await outbox.keep(record({ receipt: 'f'.repeat(64) }));
    await store.run('XADD', 'ultrathink:outbox', '*', 'record', 'no JSON');
    await outbox.keep(record());
    await outbox.keep({ ...record(), id: 'd-1' });
    const drain = drainOf(outbox);
    await drain.run(10_000);
    expect((await rows()).map((row) => row['id'])).toEqual(['d-1', 'd-3']);
    expect(await store.run('XLEN', 'ultrathink:outbox')).toBe(0);
    expect(await store.run('XLEN', 'ultrathink:outbox-set-aside')).toBe(3);
    expect(drain.status().lastFailure).toContain('3 records were set aside');
  });

  it('gives out as many as come in one reply, however long one of them is', async () => {
    const outbox = isolate(1);
    const long = (chars: number) => record({ record: 'x'.repeat(chars) });
    for (const chars of [1_000, 100_000, 200_000, 400_000, 1_000]) await outbox.keep(long(chars));
    const counts = [];
    for (;;) {
      const taken = await outbox.take();
      if (!taken.ok || taken.value === null) throw new Error('nothing was taken');
      if (taken.value.length === 0) break;
      counts.push(taken.value.length);
      await outbox.drop(new Map(taken.value.map(({ id }) => [id, 'written'])));
    }
    expect(counts).toEqual([2, 1, 1, 1]);
  });

  it('leaves it to the isolate that has the lease', async () => {
    await isolate(1).keep(record());
    await isolate(1).take();
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
    const drain = createOutboxDrain({ outbox, insert, receiptSecret, clock: time });
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
