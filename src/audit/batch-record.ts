import { canonicalJson } from '../core/canonical-json.ts';
import { equalInConstantTime, hmacSha256HexOfEach, sha256Hex, sha256HexOfEach } from '../core/digest.ts';
import { parseJson } from '../core/parse-json.ts';
import {
  type DecisionRecord,
  isIntact,
  openingIn,
  type RecordColumns,
  receiptOf,
  sealText,
} from './decision-record.ts';
import {
  partedHashOf,
  partedOpening,
  partedOpeningOf,
  partedText,
  type SharedPart,
  wholeRecord,
} from './parted-record.ts';

/** What one item of a batch is kept by; its id is the row's and its place: `<row id>.<index>`. */
export type ItemRecord = Pick<DecisionRecord, 'id' | 'record' | 'recordHash' | 'receipt'> & {
  /** Whether the hash is that of a record in two parts; see parted-record.ts. */
  readonly isParted: boolean;
};

/** An item as it is sealed; see {@link SharedPart}. */
export interface ItemParts {
  readonly shared: SharedPart;
  /** Canonical JSON: the answer's own members alone, and with the input's. */
  readonly ownAnswer: string;
  readonly own: string;
}

/** The seal of an item, which its answer has in addition. */
export type ItemSeal = Pick<DecisionRecord, 'recordHash' | 'receipt'>;

/** What a row is made of. */
export type SealedItem = Pick<ItemParts, 'shared' | 'own'> & Pick<ItemSeal, 'recordHash'>;

export function sealItems(receiptSecret: string, items: readonly ItemParts[]): readonly ItemSeal[] {
  const hashes = sha256HexOfEach(items.map(({ shared, own }) => partedText(shared, own)));
  const receipts = hmacSha256HexOfEach(
    receiptSecret,
    items.map(({ shared, ownAnswer }, at) => (hashes[at] as string) + partedOpening(shared, ownAnswer)),
  );
  return hashes.map((recordHash, at) => ({ recordHash, receipt: receipts[at] as string }));
}

/**
 * One row for a batch: its record holds what items share, once, and a hash an item; `items` what is each one's own. So the
 * row's own hash and receipt cover every item. `null` stands for an item that was refused and so has no record.
 */
export function sealBatch(
  receiptSecret: string,
  columns: RecordColumns,
  items: readonly (SealedItem | null)[],
): DecisionRecord {
  const places = new Map<SharedPart, number>();
  for (const item of items) if (item && !places.has(item.shared)) places.set(item.shared, places.size);
  const itemHashes = items.map((item) => (item ? `"${item.recordHash}"` : 'null')).join(',');
  const sharedOf = items.map((item) => (item ? places.get(item.shared) : 'null')).join(',');
  const own = items.map((item) => item?.own ?? 'null').join(',');
  const shared = Array.from(places.keys(), ({ text }) => text).join(',');
  const { account, action, decidedAtMs, id, keyId, seq, symbol, writer } = columns;
  // Canonical by the order of the names.
  const record =
    `{"account":${JSON.stringify(account)},"action":"${action}","decidedAtMs":${decidedAtMs},"id":"${id}"` +
    `,"itemHashes":[${itemHashes}],"keyId":${JSON.stringify(keyId)},"seq":${seq},"shared":[${shared}]` +
    `,"sharedOf":[${sharedOf}],"symbol":${JSON.stringify(symbol)},"writer":"${writer}"}`;
  return { ...sealText(receiptSecret, columns, record, ''), items: `[${own}]` };
}

/** An item of a row that was read; undefined where there is none, `damaged` where it is not as it was written. */
export function itemOf(
  receiptSecret: string,
  row: Pick<DecisionRecord, 'id' | 'record' | 'recordHash' | 'receipt'> & { readonly items: string | null },
  index: number,
): ItemRecord | 'damaged' | undefined {
  if (!isIntact(receiptSecret, row)) return 'damaged';
  const stated = statedBy(row.record);
  const recordHash = stated?.itemHashes[index];
  if (!stated || typeof recordHash !== 'string') return undefined;
  const isParted = stated.shared !== undefined;
  const record = wholeOf(stated, listOf(row.items)?.[index], index);
  const hash = record && (isParted ? partedHashOf(record) : sha256Hex(record));
  if (!record || !hash || !equalInConstantTime(hash, recordHash)) return 'damaged';
  const receipt = receiptOf(
    receiptSecret,
    recordHash,
    isParted ? partedOpeningIn(record) : openingIn(record),
  );
  return { id: `${row.id}.${index}`, record, recordHash, receipt, isParted };
}

/** Whether a row's items are those whose hashes its record holds. A row that is no batch's has neither. */
export function hasItsItems({
  record,
  items,
}: {
  readonly record: string;
  readonly items: string | null;
}): boolean {
  const stated = statedBy(record);
  if (!stated || items === null) return !stated && items === null;
  const list = listOf(items);
  if (!list || list.length !== stated.itemHashes.length) return false;
  const sharedHashes = stated.shared?.map((shared) => sha256Hex(canonicalJson(shared as object)));
  return list.every(
    (item, index) => hashOf(item, sharedHashes, stated.sharedOf[index]) === stated.itemHashes[index],
  );
}

/** What a batch's record says of its items. */
interface Stated {
  readonly itemHashes: readonly unknown[];
  /** Undefined in rows of before 2026-11-29, whose items hold whole records. */
  readonly shared: readonly unknown[] | undefined;
  readonly sharedOf: readonly unknown[];
}

function statedBy(record: string): Stated | undefined {
  const stated = parseJson(record);
  if (typeof stated !== 'object' || stated === null || !('itemHashes' in stated)) return undefined;
  const { itemHashes, shared, sharedOf }: { itemHashes: unknown; shared?: unknown; sharedOf?: unknown } =
    stated;
  return {
    itemHashes: Array.isArray(itemHashes) ? itemHashes : [],
    shared: Array.isArray(shared) ? shared : undefined,
    sharedOf: Array.isArray(sharedOf) ? sharedOf : [],
  };
}

function listOf(items: string | null): readonly unknown[] | undefined {
  const list = parseJson(items ?? '[]');
  return Array.isArray(list) ? list : undefined;
}

/** What a canonical text was parsed to gives that text again. */
function wholeOf({ shared, sharedOf }: Stated, item: unknown, index: number): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  return shared ? wholeRecord(shared[Number(sharedOf[index])], item) : canonicalJson(item);
}

function hashOf(
  item: unknown,
  sharedHashes: readonly string[] | undefined,
  at: unknown,
): string | null | undefined {
  if (item === null || item === undefined) return null;
  if (!sharedHashes) return sha256Hex(canonicalJson(item));
  const hash = sharedHashes[Number(at)];
  return hash && sha256Hex(partedText({ hash }, canonicalJson(item)));
}

/** Of the record of an item in two parts. */
function partedOpeningIn(record: string): string {
  const { account, answer } = JSON.parse(record);
  return partedOpeningOf(account, answer);
}
