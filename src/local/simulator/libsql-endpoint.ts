import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../build-worker.ts';
import type { StreamRequest, StreamResult } from '../hrana-protocol.ts';
import { createHranaStream } from '../hrana-stream.ts';
import { openSqlConnection, type SqlConnection } from '../sql-connection.ts';
import type { Reply } from './network.ts';

export interface LibsqlEndpoint {
  /** The answer to the body of one `/v2/pipeline`. */
  answer(body: string): Reply;
  /** Rows of a plain SELECT, for who checks. */
  select(sql: string): readonly (readonly (string | null)[])[];
  execute(sql: string): void;
  /** Makes it as new: migrated, without a row. */
  wipe(): void;
}

const MIGRATIONS = join(ROOT, 'migrations');

/**
 * A real libSQL in memory behind Hrana's JSON, without HTTP in between. Each call is a stream of its own: that is
 * what the service's batches are, and it never keeps one open. Its client is the service's own, so what it asks is not
 * validated here.
 */
export function createLibsqlEndpoint(): LibsqlEndpoint {
  const connection = openSqlConnection(':memory:');
  const names = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'));
  connection.executeAll(names.map((name) => readFileSync(join(MIGRATIONS, name), 'utf8')).join('\n'));
  const select: LibsqlEndpoint['select'] = (sql) =>
    connection
      .execute(sql, { args: [], named_args: [], want_rows: true })
      .rows.map((row) => row.map((value) => ('value' in value ? String(value.value) : null)));
  const wiping = wipingSql(select);
  /** By the body that asked for it: nobody but who calls here writes, and isolates read the same all the time. */
  const known = new Map<string, Reply>();
  return {
    select,
    answer(body) {
      const told = known.get(body);
      if (told) return told;
      const { requests }: { readonly requests: readonly StreamRequest[] } = JSON.parse(body);
      const stream = createHranaStream(connection);
      const results = stream.answer(requests);
      const reply = replyOf(results);
      const isRead = !stream.mayWrite(requests);
      if (!isRead && !requests.every(isOfLog)) known.clear();
      if (isRead && requests.every(isLasting) && results.every(({ type }) => type === 'ok'))
        known.set(body, reply);
      return reply;
    },
    execute(sql) {
      known.clear();
      connection.executeAll(sql);
    },
    wipe() {
      known.clear();
      wipe(connection, wiping);
    },
  };
}

function replyOf(results: readonly StreamResult[]): Reply {
  const json = { baton: null, base_url: null, results };
  return {
    status: 200,
    json,
    // Few are read as a text: those that a fault cuts short.
    get text() {
      return JSON.stringify(json);
    },
  };
}

/** Rows of the log come with each answer: they change nothing of what is read elsewhere, and are themselves read anew. */
const isOfLog = (request: StreamRequest): boolean =>
  request.type === 'close' ||
  (request.type === 'execute' && /^\s*INSERT INTO decisions\b/.test(request.stmt.sql ?? ''));

const isLasting = (request: StreamRequest): boolean =>
  request.type === 'close' || (request.type === 'execute' && isLastingSql(request.stmt.sql ?? ''));

const isLastingSql = (sql: string): boolean =>
  /^\s*(SELECT|WITH)\b/i.test(sql) && !/\bdecisions\b/i.test(sql);

/** Deletes all rows; what forbids that is away meanwhile. Migrating anew takes six times as long. */
function wipingSql(select: LibsqlEndpoint['select']): string {
  const guards = select(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%DELETE ON%'",
  );
  const tables = select("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  return [
    'BEGIN',
    ...guards.map(([name]) => `DROP TRIGGER "${name}"`),
    ...tables.map(([name]) => `DELETE FROM "${name}"`),
    ...guards.map(([, sql]) => sql),
    'COMMIT',
  ].join(';\n');
}

function wipe(connection: SqlConnection, sql: string): void {
  if (connection.isInTransaction()) connection.rollback();
  connection.executeAll(sql);
}
