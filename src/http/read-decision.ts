import { and, eq } from 'drizzle-orm';
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
    const row = await readRow(database, context.req.param('id') ?? '', principal.value.account);
    if (row === 'unavailable') return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
    if (row === undefined)
      return problemResponse({ code: 'NOT_FOUND', detail: 'no such decision, or not written yet' });
    if (!isIntact(receiptSecret, row)) return problemResponse({ code: 'RECORD_DAMAGED' });
    const { id, recordHash, receipt, record } = row;
    return context.json({ id, recordHash, receipt, record: JSON.parse(record) }, 200, {
      'cache-control': 'no-store',
    });
  };
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
