import { join } from 'node:path';
import { migrate } from 'drizzle-orm/libsql/migrator';
import type { Database } from '../store/database.ts';
import type { Scope } from '../store/key-row.ts';
import { ROOT } from './build-worker.ts';
import type { Secrets } from './secrets.ts';
import { seedLocal } from './seed.ts';

/**
 * Migrates and seeds this machine's database.
 *
 * @returns the `Authorization` header of each scope's key
 */
export async function prepareDatabase(
  database: Database,
  { keys, receiptSecret }: Secrets,
): Promise<Readonly<Record<Scope, string>>> {
  await migrate(database.orm, { migrationsFolder: join(ROOT, 'migrations') });
  const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
  return seedLocal({ database, keySecrets: keys, receiptSecret, random, nowMs: Date.now() });
}
