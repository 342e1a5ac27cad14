import { canonicalJson } from '../core/canonical-json.ts';
import { equalInConstantTime, sha256Hex } from '../core/digest.ts';
import { parseJson } from '../core/parse-json.ts';
import {
  type DecisionRecord,
  isIntact,
  openingIn,
  type RecordColumns,
  receiptOf,
  sealRecord,
} from './decision-record.ts';

/** What one item of a batch is kept by; its id is the row's and its place: `<row id>.<index>`. */
export type ItemRecord = Pick<DecisionRecord, 'id' | 'record' | 'recordHash' | 'receipt'>;

/**
 * One row for a batch: its record holds a hash an item, `items` their records. So the row's own hash and receipt cover
 * every item, while each item is hashed once. `null` stands for an item that was refused and so has no record.
 */
export function sealBatch(
  receiptSecret: string,
  columns: RecordColumns,
  items: readonly (DecisionRecord | null)[],
): DecisionRecord {
  const itemHashes = items.map((item) => item?.recordHash ?? null);
  const { account, action, decidedAtMs, id, keyId, seq, symbol, writer } = columns;
  // In the order of canonical JSON, which makes the text several times cheaper.
  const content = { account, action, decidedAtMs, id, itemHashes, keyId, seq, symbol, writer };
  return {
    ...sealRecord(receiptSecret, columns, content),
    items: `[${items.map((item) => item?.record ?? 'null').join(',')}]`,
  };
}

/** An item of a row that was read; undefined where there is none, `damaged` where it is not as it was written. */
export function itemOf(
  receiptSecret: string,
  row: Omit<ItemRecord, 'id'> & { readonly id: string; readonly items: string | null },
  index: number,
): ItemRecord | 'damaged' | undefined {
  if (!isIntact(receiptSecret, row)) return 'damaged';
  const { itemHashes }: { itemHashes?: readonly (string | null)[] } = JSON.parse(row.record);
  const recordHash = itemHashes?.[index];
  if (typeof recordHash !== 'string') return undefined;
  const record = textOf(row.items, index);
  if (record === undefined || !equalInConstantTime(sha256Hex(record), recordHash)) return 'damaged';
  const receipt = receiptOf(receiptSecret, recordHash, openingIn(record));
  return { id: `${row.id}.${index}`, record, recordHash, receipt };
}

/** Whether a row's items are those whose hashes its record holds. A row that is no batch's has neither. */
export function hasItsItems({
  record,
  items,
}: {
  readonly record: string;
  readonly items: string | null;
}): boolean {
  const stated = parseJson(record);
  const isBatch = typeof stated === 'object' && stated !== null && 'itemHashes' in stated;
  if (!isBatch || items === null) return !isBatch && items === null;
  const list = parseJson(items);
  const hashes = stated.itemHashes;
  if (!Array.isArray(list) || !Array.isArray(hashes) || list.length !== hashes.length) return false;
  return list.every(
    (item, index) => (item === null ? null : sha256Hex(canonicalJson(item))) === hashes[index],
  );
}

/** What a canonical text was parsed to gives that text again. */
function textOf(items: string | null, index: number): string | undefined {
  const list = parseJson(items ?? '[]');
  const item = Array.isArray(list) ? list[index] : undefined;
  return typeof item === 'object' && item !== null ? canonicalJson(item) : undefined;
}
