/** The Hrana server as its real clients see it: @libsql/client/web and drizzle-orm over HTTP. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type LibsqlError } from '@libsql/client/web';
import { eq, sql } from 'drizzle-orm';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { drizzle } from 'drizzle-orm/libsql/web';
import { blob, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHranaServer, type HranaServer } from '../../src/local/hrana-server.ts';
import { VirtualTime } from '../virtual-time.ts';

const TOKEN = 'database';

let directory = '';
let clock: VirtualTime;
let server: HranaServer;
let url = '';
let client: Client;

async function serve(): Promise<void> {
  server = createHranaServer({ file: join(directory, 'data.db'), token: TOKEN, clock });
  url = (await server.listen(0, '127.0.0.1')).url;
  client = createClient({ url, authToken: TOKEN });
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hrana-test-'));
  clock = new VirtualTime();
  await serve();
});
afterEach(async () => {
  client.close();
  await server.close();
  rmSync(directory, { recursive: true });
});

const pipeline = async (body: unknown, token = TOKEN): Promise<{ status: number; body: HranaAnswer }> => {
  const response = await fetch(`${url}/v2/pipeline`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as HranaAnswer };
};

interface HranaAnswer {
  readonly baton: string | null;
  readonly code?: string;
  readonly results: { type: string; response?: unknown; error?: { code: string } }[];
}

const execute = (text: string) => ({ type: 'execute', stmt: { sql: text } });

describe('@libsql/client/web', () => {
  it('executes with positional and named arguments and gets typed columns', async () => {
    await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)');
    const inserted = await client.execute({ sql: 'INSERT INTO t (name) VALUES (?)', args: ['a'] });
    expect([inserted.rowsAffected, inserted.lastInsertRowid]).toEqual([1, 1n]);
    const found = await client.execute({
      sql: 'SELECT id, name FROM t WHERE name = :name',
      args: { name: 'a' },
    });
    expect(found.rows.map((row) => ({ ...row }))).toEqual([{ id: 1, name: 'a' }]);
    expect(found.columnTypes).toEqual(['INTEGER', 'TEXT']);
  });

  it('keeps every bit of integers, blobs, reals and text', async () => {
    const bigints = createClient({ url, authToken: TOKEN, intMode: 'bigint' });
    const bytes = new Uint8Array(256).map((_, i) => i);
    const { rows } = await bigints.execute({
      sql: 'SELECT ?, ?, ?, ?, ?, typeof(?)',
      args: [9_223_372_036_854_775_807n, bytes, 0.1, 'ä漢🙂', null, 1],
    });
    const [whole, stored, real, textual, nothing, type] = Array.from({ length: 6 }, (_, i) => rows[0]?.[i]);
    expect([whole, real, textual, nothing, type]).toEqual([
      9_223_372_036_854_775_807n,
      0.1,
      'ä漢🙂',
      null,
      'real',
    ]);
    expect(new Uint8Array(stored as ArrayBuffer)).toEqual(bytes);
  });

  it('applies a batch wholly or not at all', async () => {
    await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    const both = client.batch(['INSERT INTO t VALUES (1)', 'INSERT INTO t VALUES (1)'], 'write');
    await expect(both).rejects.toThrow(/UNIQUE constraint failed/);
    expect((await client.execute('SELECT count(*) AS n FROM t')).rows[0]?.['n']).toBe(0);
    await client.batch(['INSERT INTO t VALUES (1)', { sql: 'INSERT INTO t VALUES (?)', args: [2] }], 'write');
    expect((await client.execute('SELECT count(*) AS n FROM t')).rows[0]?.['n']).toBe(2);
  });

  it('commits and rolls back interactive transactions', async () => {
    await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    const kept = await client.transaction('write');
    await kept.execute('INSERT INTO t VALUES (1)');
    await kept.commit();
    const dropped = await client.transaction('write');
    await dropped.execute('INSERT INTO t VALUES (2)');
    await dropped.rollback();
    expect((await client.execute('SELECT id FROM t')).rows.map((row) => row['id'])).toEqual([1]);
  });

  it('runs scripts of many statements, triggers among them', async () => {
    await client.executeMultiple(`
      CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
      CREATE TRIGGER guard BEFORE UPDATE ON t BEGIN SELECT RAISE(ABORT, 'append only; always'); END;
      INSERT INTO t VALUES (1, 1);
    `);
    await expect(client.execute('UPDATE t SET n = 2')).rejects.toThrow(/append only; always/);
  });

  it.each([
    ['SELEC 1', 'SQL_INPUT_ERROR'],
    ['SELECT * FROM absent', 'SQL_INPUT_ERROR'],
    ['INSERT INTO t VALUES (1)', 'SQLITE_CONSTRAINT'],
    ['SELECT 1; SELECT 2', 'SQL_MANY_STATEMENTS'],
    ['-- nothing', 'SQL_NO_STATEMENT'],
    ['SELECT ?', 'ARGS_INVALID'],
  ])('fails %j with %s', async (statement, code) => {
    await client.executeMultiple('CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)');
    const error = await client.execute(statement).catch((thrown: LibsqlError) => thrown);
    expect(error).toMatchObject({ code });
  });

  it('is refused with a wrong token', async () => {
    const stranger = createClient({ url, authToken: 'wrong' });
    await expect(stranger.execute('SELECT 1')).rejects.toThrow(/401/);
  });

  it('lets two writers take turns', async () => {
    await client.execute('CREATE TABLE t (writer TEXT, n INTEGER)');
    const write = async (writer: string): Promise<void> => {
      for (let n = 0; n < 10; n++) {
        const transaction = await client.transaction('write');
        await transaction.execute({ sql: 'INSERT INTO t VALUES (?, ?)', args: [writer, n] });
        await transaction.execute({ sql: 'INSERT INTO t VALUES (?, ?)', args: [writer, n] });
        await transaction.commit();
      }
    };
    await Promise.all([write('a'), write('b'), write('c')]);
    const { rows } = await client.execute('SELECT writer, n, count(*) AS n2 FROM t GROUP BY writer, n');
    expect(rows.map((row) => row['n2'])).toEqual(Array.from({ length: 30 }, () => 2));
  });

  it('reads what was committed while another transaction writes', async () => {
    await client.executeMultiple('CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)');
    const writer = await client.transaction('write');
    await writer.execute('INSERT INTO t VALUES (2)');
    expect((await client.execute('SELECT count(*) AS n FROM t')).rows[0]?.['n']).toBe(1);
    await writer.commit();
    expect((await client.execute('SELECT count(*) AS n FROM t')).rows[0]?.['n']).toBe(2);
  });

  it('finds all it was promised after the server was closed and opened again', async () => {
    await client.executeMultiple('CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)');
    const open = await client.transaction('write');
    await open.execute('INSERT INTO t VALUES (2)');
    await server.close();
    await serve();
    expect((await client.execute('SELECT id FROM t')).rows.map((row) => row['id'])).toEqual([1]);
  });
});

describe('drizzle-orm over it', () => {
  const decisions = sqliteTable('decisions', {
    id: text().primaryKey(),
    size: integer().notNull(),
    capsule: blob({ mode: 'buffer' }),
  });

  const migrations = (): string => {
    const folder = join(directory, 'migrations');
    mkdirSync(join(folder, 'meta'), { recursive: true });
    writeFileSync(
      join(folder, '0000_first.sql'),
      "CREATE TABLE `decisions` (`id` text PRIMARY KEY NOT NULL, `size` integer NOT NULL, `capsule` blob);\n--> statement-breakpoint\nCREATE TRIGGER `kept` BEFORE DELETE ON `decisions` BEGIN SELECT RAISE(ABORT, 'kept'); END;",
    );
    writeFileSync(
      join(folder, 'meta', '_journal.json'),
      JSON.stringify({
        version: '7',
        dialect: 'sqlite',
        entries: [{ idx: 0, version: '6', when: 1, tag: '0000_first', breakpoints: true }],
      }),
    );
    return folder;
  };

  it('migrates, once and again', async () => {
    const db = drizzle(client);
    await migrate(db, { migrationsFolder: migrations() });
    await migrate(db, { migrationsFolder: migrations() });
    expect(await db.select().from(decisions)).toEqual([]);
  });

  it('inserts, returns, ignores conflicts, selects and batches', async () => {
    const db = drizzle(client);
    await migrate(db, { migrationsFolder: migrations() });
    const row = { id: 'a', size: 7, capsule: Buffer.from([0, 1, 255]) };
    expect(await db.insert(decisions).values(row).returning()).toEqual([row]);
    const again = await db.insert(decisions).values(row).onConflictDoNothing();
    expect(again.rowsAffected).toBe(0);
    const [, found] = await db.batch([
      db.insert(decisions).values({ id: 'b', size: 8 }),
      db.select({ n: sql<number>`count(*)` }).from(decisions),
    ]);
    expect(found).toEqual([{ n: 2 }]);
    await expect(db.delete(decisions).where(eq(decisions.id, 'a'))).rejects.toThrow();
  });

  it('inserts a batch of rows from one JSON parameter', async () => {
    const db = drizzle(client);
    await migrate(db, { migrationsFolder: migrations() });
    const rows = JSON.stringify(Array.from({ length: 256 }, (_, i) => ({ id: `d${i}`, size: i })));
    const insert = sql`INSERT INTO decisions (id, size) SELECT value ->> 'id', value ->> 'size' FROM json_each(${rows})`;
    expect((await db.run(insert)).rowsAffected).toBe(256);
  });
});

describe('streams', () => {
  it('answer every request of a pipeline, also after one that failed', async () => {
    const { body } = await pipeline({ requests: [execute('SELEC'), execute('SELECT 1'), { type: 'close' }] });
    expect(body.results.map(({ type }) => type)).toEqual(['error', 'ok', 'ok']);
    expect(body.baton).toBeNull();
  });

  it('change their baton with each request, and take no baton twice', async () => {
    const first = await pipeline({ requests: [execute('BEGIN')] });
    const second = await pipeline({ baton: first.body.baton, requests: [{ type: 'get_autocommit' }] });
    expect(second.body.results[0]?.response).toEqual({ type: 'get_autocommit', is_autocommit: false });
    expect(second.body.baton).not.toBe(first.body.baton);
    const replayed = await pipeline({ baton: first.body.baton, requests: [] });
    expect([replayed.status, replayed.body.code]).toEqual([400, 'STREAM_EXPIRED']);
  });

  it('keep stored SQL until it is closed', async () => {
    const { body } = await pipeline({
      requests: [
        { type: 'store_sql', sql_id: 1, sql: 'SELECT 42' },
        { type: 'execute', stmt: { sql_id: 1 } },
        { type: 'describe', sql_id: 1 },
        { type: 'close_sql', sql_id: 1 },
      ],
    });
    expect(body.results.map(({ type }) => type)).toEqual(['ok', 'ok', 'ok', 'ok']);
    const gone = await pipeline({ baton: body.baton, requests: [{ type: 'sequence', sql_id: 1 }] });
    expect(gone.status).toBe(400);
  });

  it('run the steps of a batch under their conditions', async () => {
    const step = (text: string, condition?: object) => ({ condition, stmt: { sql: text } });
    const { body } = await pipeline({
      requests: [
        {
          type: 'batch',
          batch: {
            steps: [
              step('SELEC'),
              step('SELECT 1', { type: 'ok', step: 0 }),
              step('SELECT 2', { type: 'error', step: 0 }),
              step('SELECT 3', { type: 'and', conds: [{ type: 'not', cond: { type: 'ok', step: 0 } }] }),
              step('SELECT 4', {
                type: 'or',
                conds: [
                  { type: 'ok', step: 1 },
                  { type: 'ok', step: 2 },
                ],
              }),
              step('SELECT 5', { type: 'is_autocommit' }),
            ],
          },
        },
      ],
    });
    const outcome = body.results[0] as {
      response: { result: { step_results: unknown[]; step_errors: unknown[] } };
    };
    const { result } = outcome.response;
    expect(result.step_results.map((item) => item !== null)).toEqual([false, false, true, true, true, true]);
    expect(result.step_errors.map((item) => item !== null)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('that nobody came back to are rolled back after ten seconds', async () => {
    await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    const reading = await pipeline({ requests: [execute('BEGIN'), execute('SELECT * FROM t')] });
    await clock.advance(9_999);
    server.sweep();
    const kept = await pipeline({ baton: reading.body.baton, requests: [] });
    expect(kept.status).toBe(200);
    await clock.advance(10_000);
    server.sweep();
    const expired = await pipeline({ baton: kept.body.baton, requests: [] });
    expect([expired.status, expired.body.code]).toEqual([400, 'STREAM_EXPIRED']);
  });

  it('that were abandoned while writing let the next writer in after five seconds', async () => {
    await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    const abandoned = await pipeline({
      requests: [execute('BEGIN IMMEDIATE'), execute('INSERT INTO t VALUES (1)')],
    });
    const next = client.execute('INSERT INTO t VALUES (2)');
    await clock.advance(5_000);
    server.sweep();
    expect((await next).rowsAffected).toBe(1);
    expect((await client.execute('SELECT id FROM t')).rows.map((row) => row['id'])).toEqual([2]);
    const late = await pipeline({ baton: abandoned.body.baton, requests: [execute('COMMIT')] });
    expect(late.body.results[0]?.error?.code).toBe('TRANSACTION_TIMEOUT');
    expect(late.body.baton).toBeNull();
  });

  it('leave no setting behind for the next one', async () => {
    await pipeline({ requests: [execute('PRAGMA foreign_keys=OFF'), { type: 'close' }] });
    const { rows } = await client.execute('PRAGMA foreign_keys');
    expect(rows[0]?.['foreign_keys']).toBe(1);
  });

  it.each([
    ['{'],
    ['{"requests":[{"type":"dance"}]}'],
    ['{"requests":[{"type":"execute","stmt":{"sql_id":7}}]}'],
  ])('refuse %s with 400', async (body) => {
    const response = await fetch(`${url}/v2/pipeline`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body,
    });
    expect([response.status, ((await response.json()) as HranaAnswer).code]).toEqual([400, 'PROTOCOL_ERROR']);
  });
});
