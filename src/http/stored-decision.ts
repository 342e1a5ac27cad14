import { and, eq } from 'drizzle-orm';
import type { Context } from 'hono';
import { type ItemRecord, itemOf } from '../audit/batch-record.ts';
import { isIntact } from '../audit/decision-record.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Database } from '../store/database.ts';
import { decisions } from '../store/schema.ts';
import { authenticateLive, type LiveAuthentication } from './authenticate-live.ts';
import type { Environment } from './context.ts';
import type { Problem } from './problem.ts';

export interface StoredDecisionOptions extends LiveAuthentication {
  readonly database: Database;
  readonly receiptSecret: string;
}

/** What `{id}` of the path names, of the account of a key that may observe; as it was written, or a problem. */
export async function loadStoredDecision(
  context: Context<Environment>,
  options: StoredDecisionOptions,
): Promise<Result<ItemRecord, Problem>> {
  const { database, receiptSecret } = options;
  const principal = await authenticateLive(context, 'observe', options);
  if (!principal.ok) return principal;
  context.var.stages.begin('read');
  const { rowId, index } = placeOf(context.req.param('id') ?? '');
  const row = await readRow(database, rowId, principal.value.account);
  if (row === 'unavailable') return err({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
  const found = row && keptIn(row, index, receiptSecret);
  if (found === undefined) return err({ code: 'NOT_FOUND', detail: 'no such decision, or not written yet' });
  return found === 'damaged' ? err({ code: 'RECORD_DAMAGED' }) : ok(found);
}

/** An item of a batch is `<row id>.<index>`; any other id is a row's. */
function placeOf(id: string): { readonly rowId: string; readonly index: number | undefined } {
  const [, rowId, index] = /^([^.]+)\.(\d{1,3})$/.exec(id) ?? [];
  return rowId === undefined ? { rowId: id, index: undefined } : { rowId, index: Number(index) };
}

function keptIn(row: typeof decisions.$inferSelect, index: number | undefined, receiptSecret: string) {
  if (index !== undefined) return itemOf(receiptSecret, row, index);
  return isIntact(receiptSecret, row) ? row : ('damaged' as const);
}

async function readRow(database: Database, id: string, account: string) {
  try {
    const rows = await database.orm
      .select()
      .from(decisions)
      .where(and(eq(decisions.id, id), eq(decisions.account, account)))
      .limit(1);
    return rows[0];
  } catch {
    return 'unavailable' as const;
  }
}
