import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@libsql/client/web';
import { getTableColumns, getTableName } from 'drizzle-orm';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { drizzle } from 'drizzle-orm/libsql/web';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHranaServer, type HranaServer } from '../../src/local/hrana-server.ts';
import {
  auditEntries,
  bundleModels,
  bundles,
  controlEpochs,
  decisions,
  modelAliases,
  seals,
} from '../../src/store/schema.ts';
import { VirtualTime } from '../virtual-time.ts';

let directory: string;
let server: HranaServer;
let client: Client;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'append-only-test-'));
  const file = join(directory, 'data.db');
  server = createHranaServer({ file, token: 't', clock: new VirtualTime() });
  client = createClient({ url: (await server.listen(0, '127.0.0.1')).url, authToken: 't' });
  await migrate(drizzle(client), { migrationsFolder: 'migrations' });
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

type Row = Record<string, string | number | null>;

/** A row with a value of its own in every column that the schema knows, and the same row with another value there. */
function rowOf(table: SQLiteTable, first: number): Row {
  const columns = Object.values(getTableColumns(table));
  return Object.fromEntries(
    columns.map(({ name, columnType }, index) => [
      name,
      columnType === 'SQLiteInteger' ? first + index : `${name} ${first}`,
    ]),
  );
}

describe.each([
  { title: 'decisions', table: decisions, key: 'id' },
  { title: 'control_epochs', table: controlEpochs, key: 'epoch' },
  { title: 'audit_entries', table: auditEntries, key: 'id' },
  { title: 'bundles', table: bundles, key: 'hash' },
  { title: 'bundle_models', table: bundleModels, key: 'sha256' },
  { title: 'model_aliases', table: modelAliases, key: 'registry_epoch' },
  { title: 'seals', table: seals, key: 'seq' },
])('$title, whose rows stay as they were written', ({ table, key }) => {
  const name = getTableName(table);
  const row = rowOf(table, 100);
  const columns = Object.keys(row);
  const insert = (verb: string, ...rows: readonly Row[]) =>
    client.execute({
      sql: `${verb} INTO ${name} (${columns.join(', ')}) VALUES ${rows.map(() => `(${columns.map(() => '?').join(', ')})`).join(', ')}`,
      args: rows.flatMap((each) => columns.map((column) => each[column] ?? null)),
    });
  const stored = async () => (await client.execute(`SELECT * FROM ${name} ORDER BY ${key}`)).rows.length;
  const standsAsWritten = async () => {
    const { rows } = await client.execute({
      sql: `SELECT * FROM ${name} WHERE ${key} = ?`,
      args: [row[key] ?? null],
    });
    expect(rows.map((found) => ({ ...found }))).toMatchObject([row]);
  };

  beforeAll(async () => void (await insert('INSERT', row)));

  it('refuses every form of UPDATE and DELETE', async () => {
    const column = columns.at(-1);
    for (const sql of [
      `UPDATE ${name} SET ${column} = 'x'`,
      `UPDATE OR REPLACE ${name} SET ${column} = 'x'`,
      `UPDATE OR IGNORE ${name} SET ${column} = 'x'`,
      `DELETE FROM ${name}`,
    ]) {
      await expect(client.execute(sql)).rejects.toThrow('append-only');
    }
    await standsAsWritten();
  });

  it('takes the same row again as a retry that changes nothing, beside rows that are new', async () => {
    const before = await stored();
    const fresh = rowOf(table, 900);
    for (const verb of ['INSERT', 'INSERT OR IGNORE', 'INSERT OR REPLACE', 'INSERT OR FAIL']) {
      await insert(verb, row, fresh, row);
    }
    expect(await stored()).toBe(before + 1);
    await standsAsWritten();
  });

  it.each(columns.filter((column) => column !== key && column !== 'ordinal'))(
    'refuses a row with the same key and another %s, whatever the conflict clause',
    async (column) => {
      const other = { ...row, [column]: typeof row[column] === 'number' ? 7 : 'other' };
      for (const verb of ['INSERT', 'INSERT OR IGNORE', 'INSERT OR REPLACE', 'REPLACE']) {
        await expect(insert(verb, other)).rejects.toThrow('append-only');
      }
      await standsAsWritten();
    },
  );

  it('refuses to put another row where one stands, and keys that SQLite uses for none', async () => {
    const ownKey = typeof row[key] === 'number' ? key : 'rowid';
    const rowKey = columns.includes('ordinal') ? 'ordinal' : ownKey;
    const { rows } = await client.execute({
      sql: `SELECT ${rowKey} AS at FROM ${name} WHERE ${key} = ?`,
      args: [row[key] ?? null],
    });
    const other: Row = { ...rowOf(table, 500), [rowKey]: Number(rows[0]?.['at']) };
    const given = Object.keys(other);
    const replace = (values: Row) =>
      client.execute({
        sql: `INSERT OR REPLACE INTO ${name} (${given.join(', ')}) VALUES (${given.map(() => '?').join(', ')})`,
        args: given.map((column) => values[column] ?? null),
      });
    await expect(replace(other)).rejects.toThrow('append-only');
    await expect(replace({ ...other, [rowKey]: -1 })).rejects.toThrow('keys from 1');
    await standsAsWritten();
  });

  it('refuses an upsert', async () => {
    const changed = { ...row, [columns.at(-1) ?? '']: 'other' };
    const sql = `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
      ON CONFLICT (${key}) DO UPDATE SET ${columns.at(-1)} = excluded.${columns.at(-1)}`;
    await expect(
      client.execute({ sql, args: columns.map((column) => changed[column] ?? null) }),
    ).rejects.toThrow('append-only');
    await standsAsWritten();
  });
});
