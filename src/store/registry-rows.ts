import { eq, inArray, max } from 'drizzle-orm';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Database } from './database.ts';
import { bundles, modelAliases } from './schema.ts';

export type AliasRow = typeof modelAliases.$inferSelect;
export type BundleRow = typeof bundles.$inferSelect;

/** The rows in force, one a name and alias. Their highest epoch is the registry's. */
export const loadAliases = (database: Database): Promise<Result<readonly AliasRow[], string>> =>
  attempt(() => {
    const latest = database.orm
      .select({ epoch: max(modelAliases.registryEpoch) })
      .from(modelAliases)
      .groupBy(modelAliases.name, modelAliases.alias);
    return database.orm.select().from(modelAliases).where(inArray(modelAliases.registryEpoch, latest));
  });

/** One bundle by its hash; undefined where there is none. */
export async function loadBundle(
  database: Database,
  hash: string,
): Promise<Result<BundleRow | undefined, string>> {
  const rows = await attempt(() =>
    database.orm.select().from(bundles).where(eq(bundles.hash, hash)).limit(1),
  );
  return rows.ok ? ok(rows.value[0]) : rows;
}

async function attempt<Row>(
  read: () => PromiseLike<readonly Row[]>,
): Promise<Result<readonly Row[], string>> {
  try {
    return ok(await read());
  } catch (failure) {
    return err(messageOf(failure));
  }
}
