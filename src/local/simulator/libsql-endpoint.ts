import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../build-worker.ts';
import { pipelineBody } from '../hrana-protocol.ts';
import { createHranaStream } from '../hrana-stream.ts';
import { openSqlConnection } from '../sql-connection.ts';

export interface LibsqlEndpoint {
  /** The answer to the body of one `/v2/pipeline`: JSON. */
  answer(body: string): string;
  /** Rows of a plain SELECT, for who checks. */
  select(sql: string): readonly (readonly (string | null)[])[];
  execute(sql: string): void;
  close(): void;
}

const MIGRATIONS = join(ROOT, 'migrations');

const migration = readdirSync(MIGRATIONS)
  .filter((name) => name.endsWith('.sql'))
  .sort()
  .map((name) => readFileSync(join(MIGRATIONS, name), 'utf8'))
  .join('\n');

/**
 * A real libSQL in memory behind Hrana's JSON, without HTTP in between. Each call is a stream of its own: that is
 * what the service's batches are, and it never keeps one open.
 */
export function createLibsqlEndpoint(): LibsqlEndpoint {
  const connection = openSqlConnection(':memory:');
  connection.executeAll(migration);
  return {
    answer(body) {
      const { requests } = pipelineBody.parse(JSON.parse(body));
      const results = createHranaStream(connection).answer(requests);
      return JSON.stringify({ baton: null, base_url: null, results });
    },
    select: (sql) =>
      connection
        .execute(sql, { args: [], named_args: [], want_rows: true })
        .rows.map((row) => row.map((value) => ('value' in value ? String(value.value) : null))),
    execute: (sql) => connection.executeAll(sql),
    close: () => connection.close(),
  };
}
