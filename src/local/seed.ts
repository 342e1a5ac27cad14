import { sql } from 'drizzle-orm';
import { createAuditTrail } from '../audit/audit-trail.ts';
import { createChain } from '../audit/chain.ts';
import { createWriter } from '../audit/writer.ts';
import { createDurableControl } from '../control/durable-control.ts';
import type { Random } from '../core/clock.ts';
import { sha256Hex } from '../core/digest.ts';
import { createIdSource } from '../core/ids.ts';
import type { Database } from '../store/database.ts';
import { type Scope, scopes } from '../store/key-row.ts';
import { apiKeys, controlEpochs } from '../store/schema.ts';

interface SeedOptions {
  readonly database: Database;
  /** 256-bit secret of each scope's key, base64url. */
  readonly keySecrets: Readonly<Record<Scope, string>>;
  readonly receiptSecret: string;
  readonly random: Random;
  readonly nowMs: number;
}

const account = 'local';
const launcher = 'local launcher';
/** Far above what one machine can ask, so that local load meets the service and not its limit. */
const ratePerSecond = 500_000;
const burst = 1_000_000;

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
  await database.orm
    .insert(apiKeys)
    .values(rows)
    .onConflictDoUpdate({ target: apiKeys.id, set: { secretSha256: sql`excluded.secret_sha256` } });
  await resumeFresh(options);
  const headers = scopes.map((scope) => [scope, `Bearer local-${scope}.${keySecrets[scope]}`] as const);
  return Object.fromEntries(headers) as Record<Scope, string>;
}

/** Resumes a database whose trading state nobody has ever changed. Throws, for people to read, where it cannot. */
async function resumeFresh({ database, receiptSecret, random, nowMs }: SeedOptions): Promise<void> {
  const found = await createDurableControl(database).load();
  if (!found.ok) throw new Error(found.error);
  if (found.value.epoch > 0) return;
  const clock = { nowMs: () => nowMs };
  const ids = createIdSource({ clock, random });
  const trail = createAuditTrail({
    client: database.client,
    writer: createWriter(ids),
    chain: createChain(),
    ids,
    clock,
    receiptSecret,
  });
  const reason = 'first start on this machine';
  const resumed = { epoch: 1, tradingState: 'ACTIVE', registryEpoch: 0 } as const;
  const entry = trail.seal({
    actor: { kind: 'component', name: launcher },
    verb: 'resume',
    target: 'global',
    reason,
    clientAddress: null,
    before: { ...found.value },
    after: resumed,
  });
  const row = { ...resumed, changedAtMs: nowMs, changedBy: launcher, reason };
  const written = await trail.commit(entry, [database.orm.insert(controlEpochs).values(row)]);
  if (!written.ok) throw new Error(written.error.detail);
}
