import { and, asc, eq, gt, isNull, like, ne, not, or } from 'drizzle-orm';
import { isIntact } from '../audit/decision-record.ts';
import { nameOf } from '../risk/target.ts';
import type { Database } from '../store/database.ts';
import { auditEntries } from '../store/schema.ts';
import type { Principal } from './auth.ts';
import { authenticateCharged, type ChargedAuthentication } from './authenticate-charged.ts';
import type { Handler } from './context.ts';
import { isOperator } from './is-operator.ts';
import { problemResponse } from './problem.ts';
import { wholeNumberOf } from './whole-number.ts';

interface ReadAuditOptions extends ChargedAuthentication {
  readonly database: Database;
  readonly receiptSecret: string;
}

const entriesDefault = 100;
const entriesMax = 1_000;

/**
 * `GET /v1/audit?after=&limit=`, for one token of the key's bucket: entries of the key's own account and of the service itself, oldest first; `next` is the
 * `after` of the next page, null where there is none. What the service, or a halt key, did to another account or to a strategy is
 * between them and the operators.
 */
export function createReadAuditRoute(options: ReadAuditOptions): Handler {
  const { database, receiptSecret } = options;
  return async (context) => {
    context.var.stages.begin('permit');
    const charged = await authenticateCharged(context, 'observe', options);
    if (!charged.ok) return charged.error;
    const { principal, headers } = charged.value;
    const after = wholeNumberOf('after', context.req.query('after'), { fallback: 0, min: 0 });
    if (!after.ok) return problemResponse(after.error);
    const limits = { fallback: entriesDefault, min: 1, max: entriesMax };
    const limit = wholeNumberOf('limit', context.req.query('limit'), limits);
    if (!limit.ok) return problemResponse(limit.error);
    context.var.stages.begin('read');
    const rows = await readEntries(database, principal, after.value, limit.value);
    if (!rows) return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
    const damaged = rows.find((row) => !isIntact(receiptSecret, row));
    if (damaged) return problemResponse({ code: 'RECORD_DAMAGED', detail: `the entry ${damaged.id}` });
    const entries = rows.map(({ ordinal, recordHash, receipt, record }) => ({
      ordinal,
      recordHash,
      receipt,
      record: JSON.parse(record),
    }));
    const next = rows.length < limit.value ? null : (rows.at(-1)?.ordinal ?? null);
    return context.json({ entries, next }, 200, { ...headers, 'cache-control': 'no-store' });
  };
}

async function readEntries({ orm }: Database, reader: Principal, after: number, limit: number) {
  const isTheirs = or(eq(auditEntries.account, reader.account), ofTheService(reader));
  try {
    return await orm
      .select()
      .from(auditEntries)
      .where(and(isTheirs, gt(auditEntries.ordinal, after)))
      .orderBy(asc(auditEntries.ordinal))
      .limit(limit);
  } catch {
    return undefined;
  }
}

function ofTheService(reader: Principal) {
  const { target } = auditEntries;
  const isOfService = isNull(auditEntries.account);
  if (isOperator(reader)) return isOfService;
  const isOfSomebody = or(like(target, 'account:%'), like(target, 'strategy:%'));
  const isOfOthers = and(isOfSomebody, ne(target, nameOf({ kind: 'account', id: reader.account })));
  return isOfOthers && and(isOfService, not(isOfOthers));
}
