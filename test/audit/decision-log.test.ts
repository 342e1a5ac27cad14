import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecisionLog } from '../../src/audit/decision-log.ts';
import { type DecisionRecord, sealRecord } from '../../src/audit/decision-record.ts';
import { err, ok } from '../../src/core/result.ts';
import type { RequestScope } from '../../src/runtime.ts';
import { VirtualTime } from '../virtual-time.ts';

function record(seq: number, text = '', account = 'a'): DecisionRecord {
  return sealRecord(
    'r'.repeat(32),
    {
      id: `d-${seq}`,
      writer: 'w',
      seq,
      account,
      keyId: 'k',
      symbol: 'S',
      action: 'BUY',
      decidedAtMs: 1,
    },
    { seq, text },
  );
}

interface SetUp {
  readonly batchMax?: number;
  readonly batchBytesMax?: number;
  readonly pendingBytesMax?: number;
  readonly gatherMs?: number;
}

/** A table whose statements take 5 ms and fail as the plan says; rows are keyed by id. */
function setUp(options: SetUp = {}) {
  const time = new VirtualTime();
  const rows = new Map<string, DecisionRecord>();
  const table = {
    failing: false,
    hanging: false,
    refused: new Set<string>(),
    /** Characters of a statement that still get through in time. */
    textMax: Number.POSITIVE_INFINITY,
    statements: [] as (readonly string[])[],
  };
  const log = createDecisionLog({
    outbox: { keep: async () => ok(undefined), follow: () => undefined },
    async insert(records) {
      table.statements.push(records.map(({ id }) => id));
      if (table.hanging) await new Promise<never>(() => undefined);
      await time.sleep(5);
      if (table.failing) return err({ kind: 'unavailable', detail: 'down' });
      if (textOf(records) > table.textMax) return err({ kind: 'unavailable', detail: 'too late' });
      if (records.some(({ id }) => table.refused.has(id)))
        return err({ kind: 'refused', detail: 'constraint', isFinal: true });
      for (const row of records) rows.set(row.id, row);
      return ok(undefined);
    },
    clock: time,
    timers: time,
    pendingBytesMax: options.pendingBytesMax ?? 1_000_000,
    batchMax: options.batchMax ?? 256,
    batchBytesMax: options.batchBytesMax ?? 1_000_000,
    ownerMsMax: 20_000,
    overtimeMs: 6_000,
    gatherMs: options.gatherMs ?? 0,
  });
  const scope: RequestScope = { waitUntil: (work) => void work, clientAddress: '127.0.0.1' };
  return { time, rows, table, log, scope };
}

const textOf = (records: readonly DecisionRecord[]): number =>
  records.reduce((sum, { record: text }) => sum + text.length, 0);

const idsOf = (seqs: readonly number[]): string[] => seqs.map((seq) => `d-${seq}`);

describe('the decision log', () => {
  it('lets few records gather for a moment, and many wait for nothing', async () => {
    const { time, table, log, scope } = setUp({ gatherMs: 4 });
    log.append(record(0), scope);
    await time.advance(3);
    log.append(record(1), scope);
    expect(table.statements).toEqual([]);
    await time.advance(1);
    expect(table.statements).toEqual([idsOf([0, 1])]);
    for (let seq = 2; seq < 258; seq++) log.append(record(seq), scope);
    await time.advance(5);
    expect(table.statements).toHaveLength(2);
  });

  it('writes what was appended while a statement was under way with the next one', async () => {
    const { time, rows, table, log, scope } = setUp();
    for (let seq = 0; seq < 100; seq++) log.append(record(seq), scope);
    await time.advance(100);
    expect(rows.size).toBe(100);
    expect(table.statements.length).toBeLessThanOrEqual(2);
    expect(log.status()).toMatchObject({ pendingRecords: 0, pendingBytes: 0, behindMs: 0 });
  });

  it('keeps records while the database is down and writes them when it is back', async () => {
    const { time, rows, table, log, scope } = setUp();
    table.failing = true;
    for (let seq = 0; seq < 10; seq++) log.append(record(seq), scope);
    await time.advance(5_000);
    expect(log.status()).toMatchObject({ pendingRecords: 10, lastFailure: 'down' });
    expect(log.status().behindMs).toBe(5_000);
    table.failing = false;
    await time.advance(2_000);
    expect(rows.size).toBe(10);
    expect(log.status()).toMatchObject({ pendingRecords: 0, lastFailure: null });
  });

  it('has no room once the waiting text passes its bound, and room again after the flush', async () => {
    const { time, table, log, scope } = setUp({ pendingBytesMax: 30 });
    table.failing = true;
    for (let seq = 0; !log.isFull(); seq++) log.append(record(seq), scope);
    expect(log.status().pendingBytes).toBeGreaterThanOrEqual(30);
    expect(log.hasRoom('a')).toBe(false);
    table.failing = false;
    await time.advance(5_000);
    expect(log.hasRoom('a')).toBe(true);
  });

  it('leaves room for others whatever one account asks for, and the same to each of many that ask for all', async () => {
    const { time, table, log, scope } = setUp({ pendingBytesMax: 1_000_000 });
    table.failing = true;
    let seq = 0;
    const held: Record<string, number> = {};
    const appendOf = (account: string, text = 'x'.repeat(2_000)): boolean => {
      if (!log.hasRoom(account)) return false;
      seq += 1;
      const before = log.status().pendingBytes;
      log.append(record(seq, text, account), scope);
      held[account] = (held[account] ?? 0) + log.status().pendingBytes - before;
      return true;
    };
    while (appendOf('greedy'));
    expect(held['greedy']).toBeGreaterThan(740_000);
    expect(held['greedy']).toBeLessThan(760_000);
    for (let count = 0; count < 10; count++) expect(appendOf('small', '')).toBe(true);
    table.failing = false;
    await time.advance(5_000);
    expect(log.status().pendingBytes).toBe(0);
    table.failing = true;
    const accounts = ['a', 'b', 'c', 'd'];
    for (const account of accounts) held[account] = 0;
    while (accounts.map((account) => appendOf(account)).some(Boolean));
    for (const account of accounts) expect((held[account] ?? 0) / 1_000_000).toBeCloseTo(3 / 13, 1);
    expect(log.isFull()).toBe(false);
    expect(appendOf('late')).toBe(true);
    table.failing = false;
    await time.advance(20_000);
    expect(log.status()).toMatchObject({ pendingRecords: 0, pendingBytes: 0 });
    expect(log.hasRoom('a')).toBe(true);
  });

  it('paces decisions by how much of its room is taken, and not at all while little is', async () => {
    const { time, table, log, scope } = setUp({ pendingBytesMax: 100_000 });
    table.failing = true;
    const paces: number[] = [];
    for (let seq = 0; !log.isFull(); seq++) {
      paces.push(log.paceMs(1));
      log.append(record(seq), scope);
    }
    expect(paces.filter((paceMs) => paceMs === 0).length / paces.length).toBeCloseTo(0.25, 1);
    expect(paces).toEqual([...paces].sort((a, b) => a - b));
    expect([1, 101, 256].map((decisions) => log.paceMs(decisions))).toEqual([50, 450, 1_000]);
    table.failing = false;
    await time.advance(5_000);
    expect(log.paceMs(256)).toBe(0);
  });

  it('takes over from an owner that died in the middle of a statement', async () => {
    const { time, rows, table, log, scope } = setUp();
    table.hanging = true;
    log.append(record(1), scope);
    await time.advance(9_000);
    table.hanging = false;
    log.append(record(2), scope);
    await time.advance(500);
    expect(rows.size).toBe(0);
    await time.advance(1_000);
    log.append(record(3), scope);
    await time.advance(500);
    expect([...rows.keys()].sort()).toEqual(['d-1', 'd-2', 'd-3']);
  });

  it('stops an owner whose time is up, and goes on with the next append', async () => {
    const { time, rows, table, log, scope } = setUp();
    table.failing = true;
    log.append(record(1), scope);
    await time.advance(30_000);
    const statements = table.statements.length;
    await time.advance(30_000);
    expect(table.statements).toHaveLength(statements);
    table.failing = false;
    log.append(record(2), scope);
    await time.advance(1_000);
    expect(rows.size).toBe(2);
  });

  it('has an owner whose time is up write what is left where nobody comes to take over', async () => {
    const { time, rows, table, log, scope } = setUp();
    table.failing = true;
    log.append(record(1), scope);
    await time.advance(20_500);
    table.failing = false;
    await time.advance(2_000);
    expect(rows.size).toBe(1);
    expect(log.status().pendingRecords).toBe(0);
  });

  it('has the next append take over from an owner whose time is up, who then does nothing more', async () => {
    const { time, rows, table, log, scope } = setUp();
    let owners = 0;
    const counting: RequestScope = {
      ...scope,
      waitUntil() {
        owners += 1;
      },
    };
    log.append(record(0), counting);
    for (let seq = 1; owners === 1 && seq < 6_000; seq += 1) {
      await time.advance(4);
      log.append(record(seq), counting);
    }
    expect(owners).toBe(2);
    await time.advance(5_000);
    const written = table.statements.flat();
    expect(new Set(written).size).toBe(written.length);
    expect(log.status().pendingRecords).toBe(0);
    expect(rows.size).toBe(written.length);
  });

  it('drains until nothing is left, or says that something is', async () => {
    const { time, table, log, scope } = setUp();
    table.failing = true;
    log.append(record(1), scope);
    const drained = log.drain(2_000);
    await time.advance(4_000);
    expect(await drained).toBe(false);
    table.failing = false;
    const again = log.drain(2_000);
    await time.advance(2_000);
    expect(await again).toBe(true);
  });

  it('acknowledges one record by itself', async () => {
    const { time, rows, log } = setUp();
    const written = log.acknowledge(record(1));
    await time.advance(10);
    expect((await written).ok).toBe(true);
    expect(rows.size).toBe(1);
  });

  it('cuts a batch at its bound of bytes, and takes a record that is larger than that alone', async () => {
    const { time, rows, table, log, scope } = setUp({ batchBytesMax: 10_000 });
    table.failing = true;
    for (let seq = 0; seq < 20; seq++) log.append(record(seq, 'x'.repeat(seq === 7 ? 20_000 : 1_000)), scope);
    await time.advance(100);
    table.failing = false;
    await time.advance(5_000);
    expect(rows.size).toBe(20);
    const sizes = table.statements.map((ids) => ids.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
    expect(table.statements).toContainEqual(['d-7']);
  });

  it('halves a batch that fails until it gets through, and lets it grow again', async () => {
    const { time, rows, table, log, scope } = setUp({ batchMax: 64 });
    table.failing = true;
    for (let seq = 0; seq < 300; seq++) log.append(record(seq), scope);
    await time.advance(20);
    table.failing = false;
    table.textMax = 10 * textOf([record(100)]);
    await time.advance(10_000);
    expect(rows.size).toBe(300);
    table.textMax = Number.POSITIVE_INFINITY;
    for (let seq = 300; seq < 600; seq++) log.append(record(seq), scope);
    await time.advance(10_000);
    expect(rows.size).toBe(600);
    expect(table.statements.slice(-8).some((ids) => ids.length === 64)).toBe(true);
  });

  it('writes the others while the database refuses one record, keeps that one, and says so', async () => {
    const { time, rows, table, log, scope } = setUp();
    table.refused.add('d-3');
    for (let seq = 0; seq < 100; seq++) log.append(record(seq), scope);
    await time.advance(2_000);
    expect(rows.size).toBe(99);
    expect(log.status()).toMatchObject({ pendingRecords: 1, refusedRecords: 1, lastFailure: 'constraint' });
    expect(log.status().behindMs).toBe(2_000);
    log.append(record(100), scope);
    await time.advance(200);
    expect(rows.size).toBe(100);
    expect(log.status()).toMatchObject({ pendingRecords: 1, lastFailure: 'constraint' });
    table.refused.clear();
    await time.advance(2_000);
    expect(rows.has('d-3')).toBe(true);
    expect(log.status()).toMatchObject({
      pendingRecords: 0,
      pendingBytes: 0,
      refusedRecords: 0,
      lastFailure: null,
    });
  });

  it('asks for refused records once a second, however many there are', async () => {
    const { time, rows, table, log, scope } = setUp();
    table.refused = new Set(idsOf(Array.from({ length: 30 }, (_, seq) => seq)));
    for (let seq = 0; seq < 60; seq++) log.append(record(seq), scope);
    await time.advance(19_000);
    log.append(record(60), scope);
    await time.advance(20_000);
    expect(rows.size).toBe(31);
    const before = table.statements.length;
    log.append(record(61), scope);
    await time.advance(10_000);
    expect(table.statements.length - before).toBeLessThanOrEqual(12);
    expect(log.status()).toMatchObject({ pendingRecords: 30, refusedRecords: 30 });
  });

  it('lets no single record that never gets through in time stand before the others', async () => {
    const { time, rows, table, log, scope } = setUp();
    table.textMax = 10_000;
    log.append(record(0, 'x'.repeat(20_000)), scope);
    for (let seq = 1; seq < 20; seq++) log.append(record(seq), scope);
    await time.advance(19_000);
    expect([...rows.keys()].sort()).toEqual(
      idsOf(Array.from({ length: 19 }, (_, index) => index + 1)).sort(),
    );
    expect(log.status()).toMatchObject({ pendingRecords: 1, refusedRecords: 0, lastFailure: 'too late' });
  });

  it('counts two bytes for each UTF-16 unit, so that no text takes more memory than the bound', () => {
    const { log, scope } = setUp({ pendingBytesMax: 100_000 });
    log.append(record(1, '漢'.repeat(50_000)), scope);
    expect(log.status().pendingBytes).toBeGreaterThanOrEqual(100_000);
    expect(log.hasRoom('a')).toBe(false);
  });

  it('loses no record and keeps its count of bytes, whatever fails in between', async () => {
    const event = fc.constantFrom(
      'append',
      'append-large',
      'append-refused',
      'fail',
      'heal',
      'slow',
      'hang',
      'wait',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
        const { time, rows, table, log, scope } = setUp({ batchMax: 3, batchBytesMax: 4_000 });
        let seq = 0;
        const append = (text = ''): void => {
          seq += 1;
          log.append(record(seq, text), scope);
        };
        for (const event of events) {
          if (event === 'append') append();
          else if (event === 'append-large') append('x'.repeat(1_500));
          else if (event === 'append-refused') table.refused.add(`d-${seq + 1}`) && append();
          else if (event === 'wait') await time.advance(3_000);
          else {
            const textMax = event === 'slow' ? 1_000 : Number.POSITIVE_INFINITY;
            Object.assign(table, { failing: event === 'fail', hanging: event === 'hang', textMax });
          }
        }
        Object.assign(table, { failing: false, hanging: false, textMax: Number.POSITIVE_INFINITY });
        await time.advance(30_000);
        append();
        await time.advance(30_000);
        expect(new Set(rows.keys())).toEqual(
          new Set(
            idsOf(Array.from({ length: seq }, (_, index) => index + 1)).filter(
              (id) => !table.refused.has(id),
            ),
          ),
        );
        expect(log.status()).toMatchObject({
          pendingRecords: table.refused.size,
          refusedRecords: table.refused.size,
        });
        table.refused.clear();
        const drained = log.drain(60_000);
        await time.advance(60_000);
        expect(await drained).toBe(true);
        expect(rows.size).toBe(seq);
        expect(log.status()).toMatchObject({ pendingRecords: 0, pendingBytes: 0, lastFailure: null });
      }),
    );
  });
});
