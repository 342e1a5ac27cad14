import { and, eq } from 'drizzle-orm';
import { itemOf } from '../audit/batch-record.ts';
import { isIntact } from '../audit/decision-record.ts';
import type { Control } from '../control/control.ts';
import type { Database } from '../store/database.ts';
import { decisions } from '../store/schema.ts';
import type { Authenticator } from './auth.ts';
import type { Handler } from './context.ts';
import { problemResponse } from './problem.ts';

interface ReadDecisionOptions {
  readonly control: Control;
  readonly authenticator: Authenticator;
  readonly database: Database;
  readonly receiptSecret: string;
}

/** `GET /v1/decisions/{id}`: the record of a decision of the key's own account. */
export function createReadDecisionRoute(options: ReadDecisionOptions): Handler {
  const { authenticator, control, database, receiptSecret } = options;
  return async (context) => {
    // Only decisions ask for a permit; without a live view nobody would know that the key was revoked.
    const view = await control.ensure(context.env.scope);
    if (!view) return problemResponse({ code: 'AUTH_UNAVAILABLE', retryAfterMs: 1_000 });
    const authorization = context.req.header('authorization') ?? null;
    const principal = await authenticator.authenticate(authorization, 'observe', context.env.scope);
    if (!principal.ok) return problemResponse(principal.error);
    context.var.stages.begin('read');
    const { rowId, index } = placeOf(context.req.param('id') ?? '');
    const row = await readRow(database, rowId, principal.value.account);
    if (row === 'unavailable') return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
    const found = row && keptIn(row, index, receiptSecret);
    if (found === undefined)
      return problemResponse({ code: 'NOT_FOUND', detail: 'no such decision, or not written yet' });
    if (found === 'damaged') return problemResponse({ code: 'RECORD_DAMAGED' });
    const { id, recordHash, receipt, record } = found;
    return context.json({ id, recordHash, receipt, record: JSON.parse(record) }, 200, {
      'cache-control': 'no-store',
    });
  };
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
