/** A stream of Hrana: a connection, the SQL texts stored for it, and the requests it answers. */
import type {
  HranaBatch,
  HranaCondition,
  HranaError,
  HranaStatement,
  StreamRequest,
  StreamResult,
} from './hrana-protocol.ts';
import { type SqlConnection, StatementError, type StatementResult } from './sql-connection.ts';
import { mayWrite, readSqlText } from './sql-text.ts';

export interface HranaStream {
  /** Answers all requests, also those after one that failed. */
  answer(requests: readonly StreamRequest[]): StreamResult[];
  /** Whether one of them may need SQLite's write lock. */
  mayWrite(requests: readonly StreamRequest[]): boolean;
  isClosed(): boolean;
}

/** The requests break the rules of the protocol; the whole call is refused with HTTP 400. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

type SqlReference = Pick<HranaStatement, 'sql' | 'sql_id'>;

export function createHranaStream(connection: SqlConnection): HranaStream {
  const storedSqls = new Map<number, string>();
  let isClosed = false;

  function sqlOf({ sql, sql_id }: SqlReference): string {
    const text = sql ?? (sql_id == null ? undefined : storedSqls.get(sql_id));
    if (text === undefined) throw new ProtocolError(`SQL text ${sql_id ?? ''} is not stored in this stream`);
    return text;
  }

  const execute = (statement: HranaStatement): StatementResult =>
    connection.execute(sqlOf(statement), statement);

  function respond(request: StreamRequest): object {
    switch (request.type) {
      case 'close':
        isClosed = true;
        return {};
      case 'execute':
        return { result: execute(request.stmt) };
      case 'batch':
        return { result: runBatch(request.batch, execute, () => !connection.isInTransaction()) };
      case 'sequence':
        connection.executeAll(sqlOf(request));
        return {};
      case 'describe':
        return { result: connection.describe(sqlOf(request)) };
      case 'store_sql':
        storedSqls.set(request.sql_id, request.sql);
        return {};
      case 'close_sql':
        storedSqls.delete(request.sql_id);
        return {};
      case 'get_autocommit':
        return { is_autocommit: !connection.isInTransaction() };
    }
  }

  return {
    answer: (requests) =>
      requests.map((request) => {
        const outcome = attempt(() => respond(request));
        return 'error' in outcome
          ? { type: 'error', error: outcome.error }
          : { type: 'ok', response: { type: request.type, ...outcome.value } };
      }),
    mayWrite: (requests) => {
      const stored = new Map(storedSqls);
      return requests.some((request) => {
        if (request.type === 'store_sql') stored.set(request.sql_id, request.sql);
        return textsOf(request, stored).some((text) => mayWrite(readSqlText(text)));
      });
    },
    isClosed: () => isClosed,
  };
}

/** A sequence is read as one text: it counts by its first word, so any but the plainest counts as a write. */
function textsOf(request: StreamRequest, stored: ReadonlyMap<number, string>): string[] {
  const resolve = ({ sql, sql_id }: SqlReference): string => sql ?? stored.get(sql_id ?? -1) ?? '';
  switch (request.type) {
    case 'execute':
      return [resolve(request.stmt)];
    case 'batch':
      return request.batch.steps.map((step) => resolve(step.stmt));
    case 'sequence':
      return resolve(request).split(';');
    case 'close':
    case 'describe':
    case 'store_sql':
    case 'close_sql':
    case 'get_autocommit':
      return [];
  }
}

function runBatch(
  batch: HranaBatch,
  execute: (statement: HranaStatement) => StatementResult,
  isAutocommit: () => boolean,
) {
  const results: (StatementResult | null)[] = [];
  const errors: (HranaError | null)[] = [];
  const isMet = (condition: HranaCondition): boolean => {
    switch (condition.type) {
      case 'ok':
        return results[condition.step] != null;
      case 'error':
        return errors[condition.step] != null;
      case 'not':
        return !isMet(condition.cond);
      case 'and':
        return condition.conds.every(isMet);
      case 'or':
        return condition.conds.some(isMet);
      case 'is_autocommit':
        return isAutocommit();
    }
  };
  for (const { condition, stmt } of batch.steps) {
    if (condition != null && !isMet(condition)) {
      results.push(null);
      errors.push(null);
      continue;
    }
    const outcome = attempt(() => execute(stmt));
    results.push('error' in outcome ? null : outcome.value);
    errors.push('error' in outcome ? outcome.error : null);
  }
  return { step_results: results, step_errors: errors };
}

function attempt<T>(operation: () => T): { readonly value: T } | { readonly error: HranaError } {
  try {
    return { value: operation() };
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    return { error: { message: error.message, code: error.code } };
  }
}
