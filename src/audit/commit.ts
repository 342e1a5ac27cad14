import type { Client } from '@libsql/client/web';
import { err, ok, type Result } from '../core/result.ts';
import type { DecisionRecord } from './decision-record.ts';

/** One statement whatever the batch: the rows travel as one JSON parameter. A row that exists stays as it is. */
const insertDecisions = `
INSERT INTO decisions (id, writer, seq, account, key_id, symbol, action, decided_at_ms, record_hash, record, receipt)
SELECT value ->> 'id', value ->> 'writer', value ->> 'seq', value ->> 'account', value ->> 'keyId',
       value ->> 'symbol', value ->> 'action', value ->> 'decidedAtMs', value ->> 'recordHash', value ->> 'record',
       value ->> 'receipt'
FROM json_each(?) WHERE true
ON CONFLICT (id) DO NOTHING`;

/** Writes decision rows idempotently. On failure it is unknown whether they were written. */
export async function commitDecisions(
  client: Client,
  records: readonly DecisionRecord[],
): Promise<Result<void, string>> {
  try {
    await client.execute({ sql: insertDecisions, args: [JSON.stringify(records)] });
    return ok(undefined);
  } catch (failure) {
    return err(failure instanceof Error ? failure.message : String(failure));
  }
}
