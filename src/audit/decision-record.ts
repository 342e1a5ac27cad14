import { canonicalJson } from '../core/canonical-json.ts';
import { hmacSha256Hex, sha256Hex } from '../core/digest.ts';

/** A decision as it is kept: the row's columns, with the record's canonical text. */
export interface DecisionRecord {
  readonly id: string;
  readonly writer: string;
  readonly seq: number;
  readonly account: string;
  readonly keyId: string;
  readonly symbol: string;
  readonly action: 'BUY' | 'SELL' | 'HOLD';
  readonly decidedAtMs: number;
  /** SHA-256 over `record`'s UTF-8 bytes, lower-case hex. */
  readonly recordHash: string;
  /** Canonical JSON (RFC 8785). */
  readonly record: string;
}

/** Seals a record's content: canonical text and its hash. */
export function sealRecord(
  columns: Omit<DecisionRecord, 'record' | 'recordHash'>,
  content: object,
): DecisionRecord {
  const record = canonicalJson(content);
  return { ...columns, record, recordHash: sha256Hex(record) };
}

/** Proof, for whoever holds the secret, that this service answered the decision with this hash. */
export const receiptOf = (secret: string, recordHash: string): string => hmacSha256Hex(secret, recordHash);
