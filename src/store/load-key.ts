import type { Row } from '@libsql/client/web';
import type { Result } from '../core/result.ts';
import { attempt } from './attempt.ts';
import { integerIn, integerOrNullIn, textIn, textOrNullIn } from './columns.ts';
import type { Database } from './database.ts';
import { type KeyRow, keyRowOf, type StoredKey } from './key-row.ts';

/** Reads one key; undefined when there is none. A row that cannot be read is a failure, not an absence. */
export const loadKey = (
  { client }: Pick<Database, 'client'>,
  id: string,
): Promise<Result<KeyRow | undefined, string>> =>
  attempt(async () => {
    const { rows } = await client.execute({ sql: 'SELECT * FROM api_keys WHERE id = ?', args: [id] });
    const [row] = rows;
    return row && keyRowOf(storedKeyOf(row));
  });

const storedKeyOf = (row: Row): StoredKey => ({
  id: textIn(row, 'id'),
  secretSha256: textIn(row, 'secret_sha256'),
  account: textIn(row, 'account'),
  scopes: textIn(row, 'scopes'),
  ratePerSecond: integerIn(row, 'rate_per_second'),
  burst: integerIn(row, 'burst'),
  createdAtMs: integerIn(row, 'created_at_ms'),
  revokedAtMs: integerOrNullIn(row, 'revoked_at_ms'),
  previousSecretSha256: textOrNullIn(row, 'previous_secret_sha256'),
  previousUntilMs: integerOrNullIn(row, 'previous_until_ms'),
  person: textOrNullIn(row, 'person'),
});
