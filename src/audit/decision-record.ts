import { canonicalJson } from '../core/canonical-json.ts';
import { equalInConstantTime, hmacSha256Hex, sha256Hex } from '../core/digest.ts';
import type { Linked } from './chain.ts';

/** What a row says in columns of its own; the record's text says it too. */
export interface RecordColumns {
  readonly id: string;
  readonly writer: string;
  readonly seq: number;
  readonly account: string;
  readonly keyId: string;
  readonly symbol: string;
  /** `*` in a batch's row, where its items have none in common; so is `symbol`. */
  readonly action: 'BUY' | 'SELL' | 'HOLD' | '*';
  readonly decidedAtMs: number;
}

/** A decision as it is kept. */
export interface DecisionRecord extends RecordColumns {
  /** SHA-256 over `record`'s UTF-8 bytes, lower-case hex. */
  readonly recordHash: string;
  /** Canonical JSON (RFC 8785). */
  readonly record: string;
  /** HMAC-SHA-256 of `recordHash` under the service's secret, lower-case hex. */
  readonly receipt: string;
  /** In a batch's row: its items' records, a JSON array of canonical JSON. `record` holds their hashes. */
  readonly items?: string;
}

/** A record with its place in the chain of its writer. */
export type LinkedRecord = Linked<DecisionRecord>;

/** Seals a record's content: canonical text, its hash, and the receipt that only this service can give. */
export const sealRecord = (receiptSecret: string, columns: RecordColumns, content: object): DecisionRecord =>
  sealText(receiptSecret, columns, canonicalJson(content));

/** As {@link sealRecord}, of content whose canonical text is there. */
export function sealText(receiptSecret: string, columns: RecordColumns, record: string): DecisionRecord {
  const recordHash = sha256Hex(record);
  return { ...columns, record, recordHash, receipt: hmacSha256Hex(receiptSecret, recordHash) };
}

/** Whether a row is what this service wrote: the text has its hash, and the hash its receipt. */
export function isIntact(
  receiptSecret: string,
  row: Pick<DecisionRecord, 'record' | 'recordHash' | 'receipt'>,
): boolean {
  return equalInConstantTime(sha256Hex(row.record), row.recordHash) && hasReceipt(receiptSecret, row);
}

/** Whether the receipt is this service's over the hash. */
export const hasReceipt = (
  receiptSecret: string,
  { recordHash, receipt }: Pick<DecisionRecord, 'recordHash' | 'receipt'>,
): boolean => equalInConstantTime(hmacSha256Hex(receiptSecret, recordHash), receipt);
