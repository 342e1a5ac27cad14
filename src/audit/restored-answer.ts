import { and, asc, eq } from 'drizzle-orm';
import { canonicalJson } from '../core/canonical-json.ts';
import { equalInConstantTime } from '../core/digest.ts';
import type { Database } from '../store/database.ts';
import { auditEntries } from '../store/schema.ts';
import type { EntryFacts } from './audit-entry.ts';
import { isIntact, openingOf, receiptOf } from './decision-record.ts';
import { partedOpeningOf } from './parted-record.ts';

/**
 * An answer whose record died with its process, as its client brought it back: what the receipt proves of the record. It is
 * kept in the audit trail, as what it is: something that somebody said, and could prove.
 */
export interface RestoredAnswer {
  /** As it was answered, without the seal of its record. */
  readonly answer: Readonly<Record<string, unknown>>;
  readonly recordHash: string;
  readonly receipt: string;
  readonly restoredAtMs: number;
}

/** An answer as its client has it, taken apart: what was answered, and the seal of its record. */
export interface SealedAnswer {
  readonly id: string;
  readonly action: string;
  /** Canonical JSON of the answer without its seal. */
  readonly text: string;
  readonly recordHash: string;
  readonly receipt: string;
}

/** Throws where the answer has no JSON text. */
export function takeApart(
  answered: Pick<SealedAnswer, 'id' | 'action' | 'recordHash' | 'receipt'>,
): SealedAnswer {
  const { recordHash, receipt, ...answer } = answered;
  return { id: answer.id, action: answer.action, text: canonicalJson(answer), recordHash, receipt };
}

/**
 * Whether this service answered an account so: in a record of its own, or in a batch's, whose items are sealed in two parts. A
 * receipt of before 2026-11-29 does not tell.
 */
export function provesItself(
  receiptSecret: string,
  account: string,
  { action, text, recordHash, receipt }: SealedAnswer,
): boolean {
  const openings = [openingOf(account, action, text), partedOpeningOf(account, JSON.parse(text))];
  return openings.some((opening) =>
    equalInConstantTime(receiptOf(receiptSecret, recordHash, opening), receipt),
  );
}

const targetOf = (id: string): string => `decision:${id}`;

/** What the trail says of an answer that was brought back. */
export function restorationOf(
  { id, text, recordHash, receipt }: SealedAnswer,
  by: Pick<EntryFacts, 'actor' | 'clientAddress'>,
): EntryFacts {
  const reason = "the client's copy of an answer whose record is not in the log";
  const after = { answer: JSON.parse(text), recordHash, receipt };
  return { ...by, verb: 'restore', target: targetOf(id), reason, before: null, after };
}

/** The first that was brought back of a decision; rejects where the database cannot be read. */
export async function findRestored(
  id: string,
  account: string,
  { database, receiptSecret }: { readonly database: Database; readonly receiptSecret: string },
): Promise<RestoredAnswer | 'damaged' | undefined> {
  const wanted = and(eq(auditEntries.target, targetOf(id)), eq(auditEntries.account, account));
  const rows = await database.orm
    .select()
    .from(auditEntries)
    .where(and(wanted, eq(auditEntries.verb, 'restore')))
    .orderBy(asc(auditEntries.ordinal))
    .limit(1);
  const entry = rows[0];
  if (!entry) return undefined;
  if (!isIntact(receiptSecret, entry)) return 'damaged';
  const { after }: { after: Omit<RestoredAnswer, 'restoredAtMs'> } = JSON.parse(entry.record);
  return { ...after, restoredAtMs: entry.atMs };
}
