import { asc, eq, gt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Database } from './database.ts';
import { apiKeys } from './schema.ts';

export const scopes = ['decide', 'trade', 'operate', 'approve', 'observe'] as const;
export type Scope = (typeof scopes)[number];

const scopesColumn = z.array(z.enum(scopes));
/** A limit that admits nothing, or one past what a bucket can count, is a fault of the row. */
const limitColumns = z.object({
  ratePerSecond: z.number().int().min(1).max(1_000_000),
  burst: z.number().int().min(1).max(1_000_000_000),
});

/** An isolate goes by a key that it read for so long at most, in milliseconds. */
export const cachedKeyMsMax = 600_000;

type StoredKey = typeof apiKeys.$inferSelect;

/** A key's row, its scopes parsed. */
export type KeyRow = Omit<StoredKey, 'scopes'> & { readonly scopes: readonly Scope[] };

/** Reads one key; undefined when there is none. A row that cannot be read is a failure, not an absence. */
type LoadKey = (id: string) => Promise<Result<KeyRow | undefined, string>>;

const byId = ({ orm }: Database) =>
  orm
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.id, sql.placeholder('id')))
    .limit(1)
    .prepare();

export function createLoadKey(database: Database): LoadKey {
  // Once, since building it costs more than reading a row; and not before somebody asks, since an isolate's start is cold.
  let query: ReturnType<typeof byId> | undefined;
  return async (id) => {
    query ??= byId(database);
    const asked = query.all({ id });
    const rows = await parsed(() => asked);
    return rows.ok ? ok(rows.value[0]) : rows;
  };
}

/** As `createLoadKey` gives it, for who asks now and then. */
export const loadKey = (database: Database, id: string): ReturnType<LoadKey> => createLoadKey(database)(id);

/** Keys by their ids, those behind `after` ('' for all), revoked ones included. */
export const loadKeys = (
  database: Database,
  { after, countMax }: { readonly after: string; readonly countMax: number },
): Promise<Result<readonly KeyRow[], string>> =>
  parsed(() =>
    database.orm.select().from(apiKeys).where(gt(apiKeys.id, after)).orderBy(asc(apiKeys.id)).limit(countMax),
  );

async function parsed(
  read: () => PromiseLike<readonly StoredKey[]>,
): Promise<Result<readonly KeyRow[], string>> {
  try {
    return ok((await read()).map(parseKey));
  } catch (failure) {
    return err(messageOf(failure));
  }
}

const parseKey = (row: StoredKey): KeyRow => ({
  ...row,
  ...limitColumns.parse(row),
  scopes: scopesColumn.parse(JSON.parse(row.scopes)),
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
  next: { readonly secretSha256: string; readonly previousUntilMs: number },
) =>
  orm
    .update(apiKeys)
    .set({
      secretSha256: sql`CASE WHEN secret_sha256 = ${row.secretSha256} AND revoked_at_ms IS NULL THEN ${next.secretSha256} END`,
      previousSecretSha256: row.secretSha256,
      previousUntilMs: next.previousUntilMs,
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
