import { type Client, LibsqlError } from '@libsql/client/web';
import { err, ok, type Result } from '../core/result.ts';
import type { DecisionRecord } from './decision-record.ts';
import type { WriteFailure } from './pending-records.ts';

/** One statement whatever the batch: the rows travel as one JSON parameter. A row that exists stays as it is. */
const insertDecisions = `
INSERT INTO decisions (id, writer, seq, account, key_id, symbol, action, decided_at_ms, record_hash, record, receipt)
SELECT value ->> 'id', value ->> 'writer', value ->> 'seq', value ->> 'account', value ->> 'keyId',
       value ->> 'symbol', value ->> 'action', value ->> 'decidedAtMs', value ->> 'recordHash', value ->> 'record',
       value ->> 'receipt'
FROM json_each(?) WHERE true
ON CONFLICT (id) DO NOTHING`;

/**
 * Errors that a database gives without having judged the statement: it is busy, full, out of memory, or stands
 * behind something that answers for it (https://www.sqlite.org/rescode.html; the others are of Hrana).
 */
const momentary =
  /^(SQLITE_(BUSY|LOCKED|IOERR|FULL|NOMEM|INTERRUPT|READONLY|CANTOPEN|PROTOCOL)|TRANSACTION_|STREAM_|HRANA_|SERVER_ERROR)/;

/** Writes decision rows idempotently. On failure it is unknown whether they were written. */
export async function commitDecisions(
  client: Client,
  records: readonly DecisionRecord[],
): Promise<Result<void, WriteFailure>> {
  try {
    await client.execute({ sql: insertDecisions, args: [JSON.stringify(records)] });
    return ok(undefined);
  } catch (failure) {
    const detail = failure instanceof Error ? failure.message : String(failure);
    return err({ kind: isRefusal(failure) ? 'refused' : 'unavailable', detail });
  }
}

const isRefusal = (failure: unknown): boolean =>
  failure instanceof LibsqlError && (!momentary.test(failure.code) || statusOf(failure.cause) === 413);

/** The HTTP status, where the failure is an answer that is not of the database itself. */
const statusOf = (cause: unknown): unknown =>
  cause instanceof Error && 'status' in cause ? cause.status : undefined;
