import { sql } from 'drizzle-orm';
import { sha256Hex } from '../core/digest.ts';
import type { Database } from '../store/database.ts';
import { type Scope, scopes } from '../store/keys.ts';
import { apiKeys, controlEpochs } from '../store/schema.ts';

interface SeedOptions {
  readonly database: Database;
  /** 256-bit secret of each scope's key, base64url. */
  readonly keySecrets: Readonly<Record<Scope, string>>;
  readonly nowMs: number;
}

const account = 'local';
/** Far above what one machine can ask, so that local load meets the service and not its limit. */
const ratePerSecond = 50_000;
const burst = 100_000;

/**
 * Makes a fresh local database usable: one key a scope, and trading resumed, which nobody but a named human
 * does anywhere else. A database that was halted stays halted: a restart is no resume.
 *
 * @returns the `Authorization` header of each scope's key
 */
export async function seedLocal(options: SeedOptions): Promise<Readonly<Record<Scope, string>>> {
  const { database, keySecrets, nowMs } = options;
  const rows = scopes.map((scope) => ({
    id: `local-${scope}`,
    secretSha256: sha256Hex(keySecrets[scope]),
    account,
    scopes: JSON.stringify([scope]),
    ratePerSecond,
    burst,
    createdAtMs: nowMs,
  }));
  const resumed = {
    epoch: 1,
    tradingState: 'ACTIVE' as const,
    registryEpoch: 0,
    changedAtMs: nowMs,
    changedBy: 'local launcher',
    reason: 'first start on this machine',
  };
  await database.orm.batch([
    database.orm
      .insert(apiKeys)
      .values(rows)
      .onConflictDoUpdate({ target: apiKeys.id, set: { secretSha256: sql`excluded.secret_sha256` } }),
    database.orm.insert(controlEpochs).values(resumed).onConflictDoNothing(),
  ]);
  const headers = scopes.map((scope) => [scope, `Bearer local-${scope}.${keySecrets[scope]}`] as const);
  return Object.fromEntries(headers) as Record<Scope, string>;
}
