import { and, eq } from 'drizzle-orm';
import { receiptOf } from '../audit/decision-record.ts';
import type { Database } from '../store/database.ts';
import { decisions } from '../store/schema.ts';
import type { Authenticator } from './auth.ts';
import type { Handler } from './context.ts';
import { problemResponse } from './problem.ts';

interface ReadDecisionOptions {
  readonly authenticator: Authenticator;
  readonly database: Database;
  readonly receiptSecret: string;
}

/** `GET /v1/decisions/{id}`: the record of a decision of the key's own account. */
export function createReadDecisionRoute(options: ReadDecisionOptions): Handler {
  const { authenticator, database, receiptSecret } = options;
  return async (context) => {
    const authorization = context.req.header('authorization') ?? null;
    const principal = await authenticator.authenticate(authorization, 'observe', context.env.scope);
    if (!principal.ok) return problemResponse(principal.error);
    context.var.stages.begin('read');
    const row = await readRow(database, context.req.param('id') ?? '', principal.value.account);
    if (row === 'unavailable') return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
    if (row === undefined)
      return problemResponse({ code: 'NOT_FOUND', detail: 'no such decision, or not written yet' });
    const receipt = receiptOf(receiptSecret, row.recordHash);
    return context.json({ id: row.id, recordHash: row.recordHash, receipt, record: JSON.parse(row.record) });
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
