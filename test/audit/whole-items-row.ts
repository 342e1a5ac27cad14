import { type DecisionRecord, type RecordColumns, sealRecord } from '../../src/audit/decision-record.ts';

/** A batch's row as it was until 2026-11-29: `items` holds whole records, and the row's record a hash of each. */
export const wholeItemsRow = (
  receiptSecret: string,
  columns: RecordColumns,
  items: readonly (DecisionRecord | null)[],
): DecisionRecord => ({
  ...sealRecord(receiptSecret, columns, {
    ...columns,
    itemHashes: items.map((item) => item?.recordHash ?? null),
  }),
  items: `[${items.map((item) => item?.record ?? 'null').join(',')}]`,
});
