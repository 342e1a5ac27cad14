import { asc, eq, gt, sql } from 'drizzle-orm';
import type { Result } from '../core/result.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';
import { type KeyRow, keyRowOf } from './key-row.ts';
import { apiKeys } from './schema.ts';

/** Keys by their ids, those behind `after` ('' for all), revoked ones included. */
export const loadKeys = (
  database: Database,
  { after, countMax }: { readonly after: string; readonly countMax: number },
): Promise<Result<readonly KeyRow[], string>> =>
  attempt(async () => {
    const behind = database.orm.select().from(apiKeys).where(gt(apiKeys.id, after));
    return (await behind.orderBy(asc(apiKeys.id)).limit(countMax)).map(keyRowOf);
  });

/** The statement that adds a key; it fails where its id is taken, be it by a revoked one. */
export const insertKey = ({ orm }: Database, { scopes: allowed, ...row }: KeyRow) =>
  orm.insert(apiKeys).values({ ...row, scopes: JSON.stringify(allowed) });

/**
 * The statement that gives a key another secret, and lets the one it had be good until `previousUntilMs`. It fails where the
 * key has another secret than `row` says, or is revoked: the column takes no NULL.
 */
export const rotateKey = (
  { orm }: Database,
  row: Pick<KeyRow, 'id' | 'secretSha256'>,
  next: { readonly secretSha256: string; readonly previousUntilMs: number; readonly person: string | null },
) =>
  orm
    .update(apiKeys)
    .set({
      secretSha256: sql`CASE WHEN secret_sha256 = ${row.secretSha256} AND revoked_at_ms IS NULL THEN ${next.secretSha256} END`,
      previousSecretSha256: row.secretSha256,
      previousUntilMs: next.previousUntilMs,
      person: next.person,
    })
    .where(eq(apiKeys.id, row.id));

/** The statement that changes a key's limits; it fails where they are not what `row` says, or the key is revoked. */
export const setKeyLimits = (
  { orm }: Database,
  { id, ratePerSecond, burst }: Pick<KeyRow, 'id' | 'ratePerSecond' | 'burst'>,
  next: Pick<KeyRow, 'ratePerSecond' | 'burst'>,
) =>
  orm
    .update(apiKeys)
    .set({
      ratePerSecond: sql`CASE WHEN rate_per_second = ${ratePerSecond} AND burst = ${burst} AND revoked_at_ms IS NULL THEN ${next.ratePerSecond} END`,
      burst: next.burst,
    })
    .where(eq(apiKeys.id, id));

/** The statement that ends a key; the first time stays. */
export const revokeKey = ({ orm }: Database, id: string, atMs: number) =>
  orm
    .update(apiKeys)
    .set({ revokedAtMs: sql`coalesce(revoked_at_ms, ${atMs})` })
    .where(eq(apiKeys.id, id));
