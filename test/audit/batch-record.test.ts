import { describe, expect, it } from 'vitest';
import { hasItsItems, itemOf, sealBatch } from '../../src/audit/batch-record.ts';
import { type RecordColumns, sealRecord } from '../../src/audit/decision-record.ts';

const secret = 'r'.repeat(32);
const columns: RecordColumns = {
  id: 'row',
  writer: 'w',
  seq: 1,
  account: 'a',
  keyId: 'k',
  symbol: '*',
  action: 'HOLD',
  decidedAtMs: 1,
};
const item = (index: number) => {
  const id = `row.${index}`;
  return sealRecord(secret, { ...columns, id }, { ...columns, id, size: 0.1 + 0.2, text: '漢"\\\n' });
};
const first = item(0);
const third = item(2);
const sealed = sealBatch(secret, columns, [first, null, third]);
const row = { ...sealed, items: sealed.items ?? null };

describe("a batch's row", () => {
  it('gives each item as it was sealed, and none where it was refused', () => {
    for (const [index, { id, record, recordHash, receipt }] of [[0, first] as const, [2, third] as const]) {
      expect(itemOf(secret, row, index)).toEqual({ id, record, recordHash, receipt });
    }
    expect(itemOf(secret, row, 1)).toBeUndefined();
    expect(itemOf(secret, row, 3)).toBeUndefined();
  });

  it.each([
    ['an item was edited', { items: row.items?.replace('漢', '人') ?? null }],
    ['items changed places', { items: `[${third.record},null,${first.record}]` }],
    ['the items are gone', { items: null }],
    ['the items are cut off', { items: row.items?.slice(0, -9) ?? null }],
    ['the hashes were edited', { record: row.record.replace(first.recordHash, third.recordHash) }],
    ['the receipt is of another service', { receipt: '0'.repeat(64) }],
  ])('is damaged where %s', (_, change) => {
    expect(itemOf(secret, { ...row, ...change }, 0)).toBe('damaged');
  });

  it('has its items, and no others, none of them edited, moved or gone', () => {
    expect(hasItsItems(row)).toBe(true);
    expect(hasItsItems({ ...row, items: row.items?.replace('漢', '人') ?? null })).toBe(false);
    expect(hasItsItems({ ...row, items: `[${third.record},null,${first.record}]` })).toBe(false);
    expect(hasItsItems({ ...row, items: null })).toBe(false);
    expect(hasItsItems({ ...row, items: '[]' })).toBe(false);
    expect(hasItsItems({ record: first.record, items: null })).toBe(true);
    expect(hasItsItems({ record: first.record, items: '[]' })).toBe(false);
  });

  it('that holds one decision and no batch has no items', () => {
    expect(itemOf(secret, { ...first, items: null }, 0)).toBeUndefined();
  });
});
