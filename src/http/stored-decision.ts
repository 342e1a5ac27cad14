import { and, eq } from 'drizzle-orm';
import { type ItemRecord, itemOf } from '../audit/batch-record.ts';
import { isIntact } from '../audit/decision-record.ts';
import { findRestored, type RestoredAnswer } from '../audit/restored-answer.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Database } from '../store/database.ts';
import { decisions } from '../store/schema.ts';
import type { Problem } from './problem.ts';

export interface DecisionStore {
  readonly database: Database;
  readonly receiptSecret: string;
}

/** What the log has of a decision: its record as it was written, or of a lost one the answer that its client brought back. */
export type StoredDecision =
  | ({ readonly kind: 'kept' } & ItemRecord)
  | ({ readonly kind: 'restored'; readonly id: string } & RestoredAnswer);

/** The decision of an account that `{id}` of a path names; or a problem. */
export async function loadStoredDecision(
  id: string,
  account: string,
  store: DecisionStore,
): Promise<Result<StoredDecision, Problem>> {
  const found = await findDecision(id, account, store);
  if (!found.ok) return found;
  return found.value
    ? ok(found.value)
    : err({ code: 'NOT_FOUND', detail: 'no such decision, or not written yet' });
}

/** Undefined where an account has no decision of this id, or its record was not written yet. */
export async function findDecision(
  id: string,
  account: string,
  { database, receiptSecret }: DecisionStore,
): Promise<Result<StoredDecision | undefined, Problem>> {
  try {
    const kept = await findKept(id, account, { database, receiptSecret });
    if (kept === 'damaged') return err({ code: 'RECORD_DAMAGED' });
    if (kept) return ok({ kind: 'kept', ...kept });
    const restored = await findRestored(id, account, { database, receiptSecret });
    if (restored === 'damaged') return err({ code: 'RECORD_DAMAGED' });
    return ok(restored && { kind: 'restored', id, ...restored });
  } catch {
    return err({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
  }
}

async function findKept(
  id: string,
  account: string,
  { database, receiptSecret }: DecisionStore,
): Promise<ItemRecord | 'damaged' | undefined> {
  const { rowId, index } = placeOf(id);
  const rows = await database.orm
    .select()
    .from(decisions)
    .where(and(eq(decisions.id, rowId), eq(decisions.account, account)))
    .limit(1);
  const row = rows[0];
  if (!row) return undefined;
  if (index !== undefined) return itemOf(receiptSecret, row, index);
  if (!isIntact(receiptSecret, row)) return 'damaged';
  const { record, recordHash, receipt } = row;
  return { id, record, recordHash, receipt, isParted: false };
}

/** An item of a batch is `<row id>.<index>`; any other id is a row's. */
function placeOf(id: string): { readonly rowId: string; readonly index: number | undefined } {
  const [, rowId, index] = /^([^.]+)\.(\d{1,3})$/.exec(id) ?? [];
  return rowId === undefined ? { rowId: id, index: undefined } : { rowId, index: Number(index) };
}
