import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { createHranaServer } from '../src/local/hrana-server.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { VirtualTime } from './virtual-time.ts';

export interface DatabaseInTest {
  readonly database: Database;
  close(): Promise<void>;
}

/** A migrated libSQL file behind the stand-in's HTTP. */
export async function openDatabaseInTest(): Promise<DatabaseInTest> {
  const directory = mkdtempSync(join(tmpdir(), 'database-in-test-'));
  const file = join(directory, 'data.db');
  const server = createHranaServer({ file, token: 't', clock: new VirtualTime() });
  const { url } = await server.listen(0, '127.0.0.1');
  const database = openDatabase({ url, authToken: 't', fetch, deadlineMs: 30_000 });
  await migrate(database.orm, { migrationsFolder: 'migrations' });
  return {
    database,
    async close() {
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
}
