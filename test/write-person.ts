import { sha256Hex } from '../src/core/digest.ts';
import type { Database } from '../src/store/database.ts';
import type { Scope } from '../src/store/key-row.ts';
import { insertKey } from '../src/store/keys.ts';

const secret = 's'.repeat(64);

/** Writes a key by hand, as the first of somebody is; the authorization by it. */
export async function writePerson(
  database: Database,
  id: string,
  { account, scopes }: { readonly account: string; readonly scopes: readonly Scope[] },
): Promise<string> {
  await insertKey(database, {
    ...{ id, account, scopes, secretSha256: sha256Hex(secret), ratePerSecond: 9, burst: 9 },
    ...{ revokedAtMs: null, previousSecretSha256: null, previousUntilMs: null },
    ...{ createdAtMs: Date.now(), person: null },
  });
  return `Bearer ${id}.${secret}`;
}
