import { canonicalJson } from '../core/canonical-json.ts';
import { equalInConstantTime, hmacSha256Hex, sha256Hex } from '../core/digest.ts';
import { parseJson } from '../core/parse-json.ts';
import { quoted } from '../core/quoted.ts';
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
  /** HMAC-SHA-256 of `recordHash` and the record's opening under the service's secret, lower-case hex. */
  readonly receipt: string;
  /** In a batch's row: its items' records, a JSON array of canonical JSON. `record` holds their hashes. */
  readonly items?: string;
}

/** A record with its place in the chain of its writer. */
export type LinkedRecord = Linked<DecisionRecord>;

/** Seals a record's content: canonical text, its hash, and the receipt that only this service can give. */
export const sealRecord = (receiptSecret: string, columns: RecordColumns, content: object): DecisionRecord =>
  sealText(receiptSecret, columns, canonicalJson(content));

/** As {@link sealRecord}, of content whose canonical text is there, and the opening of that, '' where it has none. */
export function sealText(
  receiptSecret: string,
  columns: RecordColumns,
  record: string,
  opening = openingIn(record),
): DecisionRecord {
  const recordHash = sha256Hex(record);
  const receipt = receiptOf(receiptSecret, recordHash, opening);
  // Written out, an object is made in one piece; with another spread into it it is not.
  const { id, writer, seq, account, keyId, symbol, action, decidedAtMs } = columns;
  return { id, writer, seq, account, keyId, symbol, action, decidedAtMs, record, recordHash, receipt };
}

/**
 * How the record of a decision begins: whose it is, and the whole of what was answered. The receipt covers it beside the hash,
 * so that an answer in its client's hands proves itself where the record was lost.
 *
 * @param answer canonical JSON, as it is before the record's seal is added
 */
export const openingOf = (account: string, action: string, answer: string): string =>
  `{"account":${quoted(account)},"action":"${action}","answer":${answer}`;

/** The opening of a record's text; '' where it is of no decision. */
export function openingIn(record: string): string {
  if (!record.startsWith('{"account":')) return '';
  const stated = parseJson(record);
  if (typeof stated !== 'object' || stated === null || !('answer' in stated)) return '';
  const { account, action, answer }: { account?: unknown; action?: unknown; answer: unknown } = stated;
  if (typeof account !== 'string' || typeof action !== 'string' || !answer) return '';
  return openingOf(account, action, canonicalJson(answer));
}

/** @param opening see {@link openingOf}; '' for a record of no decision */
export const receiptOf = (receiptSecret: string, recordHash: string, opening: string): string =>
  hmacSha256Hex(receiptSecret, recordHash + opening);

/** Whether a row is what this service wrote: the text has its hash, and the hash its receipt. */
export function isIntact(
  receiptSecret: string,
  row: Pick<DecisionRecord, 'record' | 'recordHash' | 'receipt'>,
): boolean {
  return equalInConstantTime(sha256Hex(row.record), row.recordHash) && hasReceipt(receiptSecret, row);
}

/** Whether the receipt is this service's over the hash. Those of before 2026-11-29 are over the hash alone. */
export function hasReceipt(
  receiptSecret: string,
  { record, recordHash, receipt }: Pick<DecisionRecord, 'record' | 'recordHash' | 'receipt'>,
): boolean {
  return [openingIn(record), ''].some((opening) =>
    equalInConstantTime(receiptOf(receiptSecret, recordHash, opening), receipt),
  );
}
