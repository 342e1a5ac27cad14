import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client/web';
import { expect, it } from 'vitest';
import { createHranaServer } from '../../src/local/hrana-server.ts';
import { VirtualTime } from '../virtual-time.ts';

const statementsOf = (name: string): readonly string[] =>
  readFileSync(join('migrations', name), 'utf8').split('--> statement-breakpoint');

it('the migration to chains keeps the decisions that are older, in their order', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'migrations-test-'));
  const file = join(directory, 'data.db');
  const server = createHranaServer({ file, token: 't', clock: new VirtualTime() });
  const client = createClient({ url: (await server.listen(0, '127.0.0.1')).url, authToken: 't' });
  const files = readdirSync('migrations').filter((name) => name.endsWith('.sql'));
  const isOlder = (name: string) => name < '0003';
  await client.batch(files.filter(isOlder).flatMap(statementsOf), 'write');
  await client.batch(
    ['first', 'second'].map((id) => ({
      sql: "INSERT INTO decisions VALUES (?, 'w', 1, 'a', 'k', 'S', 'BUY', 1, 'h', ?, 'r')",
      args: [id, `text of ${id}`],
    })),
    'write',
  );
  await client.batch(files.filter((name) => !isOlder(name)).flatMap(statementsOf), 'write');
  const { rows } = await client.execute('SELECT ordinal, id, chain_seq, prev, record FROM decisions');
  expect(rows.map((row) => ({ ...row }))).toMatchObject([
    { ordinal: 1, id: 'first', chain_seq: 0, prev: '', record: 'text of first' },
    { ordinal: 2, id: 'second', chain_seq: 0, prev: '', record: 'text of second' },
  ]);
  await server.close();
  rmSync(directory, { recursive: true });
});
