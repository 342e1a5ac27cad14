import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecisionLog } from '../../src/audit/decision-log.ts';
import { type DecisionRecord, sealRecord } from '../../src/audit/decision-record.ts';
import { err, ok } from '../../src/core/result.ts';
import type { RequestScope } from '../../src/runtime.ts';
import { VirtualTime } from '../virtual-time.ts';

function record(seq: number): DecisionRecord {
  return sealRecord(
    'r'.repeat(32),
    {
      id: `d-${seq}`,
      writer: 'w',
      seq,
      account: 'a',
      keyId: 'k',
      symbol: 'S',
      action: 'BUY',
      decidedAtMs: 1,
    },
    { seq },
  );
}

/** A table whose statements take `latencyMs` and fail as the plan says; rows are keyed by id. */
function setUp(options: { readonly batchMax?: number; readonly pendingBytesMax?: number } = {}) {
  const time = new VirtualTime();
  const rows = new Map<string, DecisionRecord>();
  const table = { failing: false, hanging: false, statements: 0 };
  const log = createDecisionLog({
    async insert(records) {
      table.statements += 1;
      if (table.hanging) await new Promise<never>(() => undefined);
      await time.sleep(5);
      if (table.failing) return err('down');
      for (const row of records) rows.set(row.id, row);
      return ok(undefined);
    },
    clock: time,
    timers: time,
    pendingBytesMax: options.pendingBytesMax ?? 1_000_000,
    batchMax: options.batchMax ?? 256,
    ownerMsMax: 20_000,
  });
  const scope: RequestScope = { waitUntil: (work) => void work, clientAddress: '127.0.0.1' };
  return { time, rows, table, log, scope };
}

describe('the decision log', () => {
  it('writes what was appended while a statement was under way with the next one', async () => {
    const { time, rows, table, log, scope } = setUp();
    for (let seq = 0; seq < 100; seq++) log.append(record(seq), scope);
    await time.advance(100);
    expect(rows.size).toBe(100);
    expect(table.statements).toBeLessThanOrEqual(2);
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
    for (let seq = 0; log.hasRoom(); seq++) log.append(record(seq), scope);
    expect(log.status().pendingBytes).toBeGreaterThanOrEqual(30);
    table.failing = false;
    await time.advance(5_000);
    expect(log.hasRoom()).toBe(true);
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
    const statements = table.statements;
    await time.advance(30_000);
    expect(table.statements).toBe(statements);
    table.failing = false;
    log.append(record(2), scope);
    await time.advance(1_000);
    expect(rows.size).toBe(2);
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

  it('loses no record and keeps its count of bytes, whatever fails in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('append', 'fail', 'heal', 'hang', 'wait'), { maxLength: 60 }),
        async (events) => {
          const { time, rows, table, log, scope } = setUp({ batchMax: 3 });
          let seq = 0;
          const append = (): void => {
            seq += 1;
            log.append(record(seq), scope);
          };
          for (const event of events) {
            if (event === 'append') append();
            else if (event === 'wait') await time.advance(3_000);
            else Object.assign(table, { failing: event === 'fail', hanging: event === 'hang' });
          }
          Object.assign(table, { failing: false, hanging: false });
          await time.advance(30_000);
          append();
          await time.advance(30_000);
          expect(rows.size).toBe(seq);
          expect(log.status()).toMatchObject({ pendingRecords: 0, pendingBytes: 0 });
        },
      ),
    );
  });
});
