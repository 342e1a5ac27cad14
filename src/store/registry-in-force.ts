import type { Row } from '@libsql/client/web';
import type { Result } from '../core/result.ts';
import { attempt } from './attempt.ts';
import { integerIn, textIn } from './columns.ts';
import type { Database } from './database.ts';
import type { Alias, AliasRow, BundleRow } from './registry-rows.ts';

type Libsql = Pick<Database, 'client'>;

const selectAliases = `
SELECT * FROM model_aliases
WHERE registry_epoch IN (SELECT max(registry_epoch) FROM model_aliases GROUP BY name, alias)`;

/** The rows in force, one a name and alias. Their highest epoch is the registry's. */
export const loadAliases = ({ client }: Libsql): Promise<Result<readonly AliasRow[], string>> =>
  attempt(async () => (await client.execute(selectAliases)).rows.map(aliasRowOf));

/** One bundle by its hash; undefined where there is none. */
export const loadBundle = (
  { client }: Libsql,
  hash: string,
): Promise<Result<BundleRow | undefined, string>> =>
  attempt(async () => {
    const { rows } = await client.execute({ sql: 'SELECT * FROM bundles WHERE hash = ?', args: [hash] });
    const [row] = rows;
    return row && bundleRowOf(row);
  });

const aliasRowOf = (row: Row): AliasRow => ({
  registryEpoch: integerIn(row, 'registry_epoch'),
  name: textIn(row, 'name'),
  // One that only a later deployment knows is in force there, and no fault here.
  alias: textIn(row, 'alias') as Alias,
  bundleHash: textIn(row, 'bundle_hash'),
  changedAtMs: integerIn(row, 'changed_at_ms'),
  changedBy: textIn(row, 'changed_by'),
  reason: textIn(row, 'reason'),
});

const bundleRowOf = (row: Row): BundleRow => ({
  hash: textIn(row, 'hash'),
  name: textIn(row, 'name'),
  manifest: textIn(row, 'manifest'),
  signature: textIn(row, 'signature'),
  modelSha256: textIn(row, 'model_sha256'),
  uploadedAtMs: integerIn(row, 'uploaded_at_ms'),
  uploadedBy: textIn(row, 'uploaded_by'),
});
