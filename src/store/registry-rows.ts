import { and, asc, desc, eq, max } from 'drizzle-orm';
import { ok, type Result } from '../core/result.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';
import { bundles, modelAliases } from './schema.ts';

export type AliasRow = typeof modelAliases.$inferSelect;
export type Alias = AliasRow['alias'];
export const aliases = modelAliases.alias.enumValues;
export const isAlias = (text: string): text is Alias => aliases.some((alias) => alias === text);
export type BundleRow = typeof bundles.$inferSelect;

/** The registry's epoch: 0 before the first change. */
export async function loadRegistryEpoch(database: Database): Promise<Result<number, string>> {
  const rows = await attempt(() =>
    database.orm.select({ epoch: max(modelAliases.registryEpoch) }).from(modelAliases),
  );
  return rows.ok ? ok(rows.value[0]?.epoch ?? 0) : rows;
}

/** Every change of one alias, the oldest first. */
export const loadAliasHistory = (
  database: Database,
  name: string,
  alias: Alias,
): Promise<Result<readonly AliasRow[], string>> =>
  attempt(() =>
    database.orm
      .select()
      .from(modelAliases)
      .where(and(eq(modelAliases.name, name), eq(modelAliases.alias, alias)))
      .orderBy(asc(modelAliases.registryEpoch)),
  );

/** What was uploaded, the newest first, without the models' bytes. */
export const loadBundles = (
  database: Database,
  countMax: number,
): Promise<Result<readonly BundleRow[], string>> =>
  attempt(() => database.orm.select().from(bundles).orderBy(desc(bundles.uploadedAtMs)).limit(countMax));

/** The statement that adds a bundle; it fails where its hash is taken by other bytes. */
export const insertBundle = ({ orm }: Database, row: BundleRow) => orm.insert(bundles).values(row);

/** The statement that adds a change of an alias; it fails where its epoch is taken. */
export const insertAlias = ({ orm }: Database, row: AliasRow) => orm.insert(modelAliases).values(row);
