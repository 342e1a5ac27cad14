import { z } from 'zod';
import { equalInConstantTime, sha256Hex } from '../core/digest.ts';
import { parseJson } from '../core/parse-json.ts';
import { type LinkedEntry, verbs } from './audit-entry.ts';
import { hasItsItems } from './batch-record.ts';
import { hasReceipt, type LinkedRecord } from './decision-record.ts';

/**
 * What a text of the outbox is. `damaged`: nothing that this service ever kept. `foreign`: whole, under another secret than
 * this isolate's: a deployment may be changing it.
 */
export type Opened =
  | { readonly kind: 'decision'; readonly record: LinkedRecord }
  | { readonly kind: 'entry'; readonly entry: LinkedEntry }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'damaged' };

const linked = {
  id: z.string(),
  writer: z.string(),
  seq: z.number(),
  chainSeq: z.number(),
  prev: z.string(),
  recordHash: z.string(),
  record: z.string(),
  receipt: z.string(),
};

const linkedRecord: z.ZodType<LinkedRecord> = z.strictObject({
  ...linked,
  account: z.string(),
  keyId: z.string(),
  symbol: z.string(),
  action: z.enum(['BUY', 'SELL', 'HOLD', '*']),
  decidedAtMs: z.number(),
  items: z.string().exactOptional(),
});

const linkedEntry: z.ZodType<LinkedEntry> = z.strictObject({
  ...linked,
  account: z.string().nullable(),
  keyId: z.string().nullable(),
  verb: z.enum(verbs),
  target: z.string(),
  atMs: z.number(),
});

/** A text without this service's receipt is written by nobody, whoever put it there. */
export function openKept(receiptSecret: string, text: string): Opened {
  const json = parseJson(text);
  const record = linkedRecord.safeParse(json);
  if (record.success) {
    return (
      faultOf(receiptSecret, { items: null, ...record.data }) ?? { kind: 'decision', record: record.data }
    );
  }
  const entry = linkedEntry.safeParse(json);
  if (!entry.success) return { kind: 'damaged' };
  return faultOf(receiptSecret, { items: null, ...entry.data }) ?? { kind: 'entry', entry: entry.data };
}

function faultOf(
  receiptSecret: string,
  row: Pick<LinkedRecord, 'record' | 'recordHash' | 'receipt'> & { readonly items: string | null },
): Extract<Opened, { kind: 'foreign' | 'damaged' }> | undefined {
  const isWhole = equalInConstantTime(sha256Hex(row.record), row.recordHash) && hasItsItems(row);
  if (!isWhole) return { kind: 'damaged' };
  return hasReceipt(receiptSecret, row) ? undefined : { kind: 'foreign' };
}
