import type { Row } from '@libsql/client/web';
import type { Result } from '../core/result.ts';
import { attempt } from './attempt.ts';
import { integerIn, textIn } from './columns.ts';
import type { Database } from './database.ts';
import type { experiments } from './schema.ts';

export type ExperimentRow = typeof experiments.$inferSelect;

const selectLast = `
SELECT * FROM experiments
WHERE epoch = (SELECT max(later.epoch) FROM experiments later WHERE later.name = experiments.name)
  AND (?1 IS NULL OR name = ?1)
ORDER BY name`;

/** The row of the highest epoch of each experiment, by name; of one alone where it is named. */
export const loadExperimentRows = (
  { client }: Pick<Database, 'client'>,
  name?: string,
): Promise<Result<readonly ExperimentRow[], string>> =>
  attempt(async () => {
    const { rows } = await client.execute({ sql: selectLast, args: [name ?? null] });
    return rows.map(experimentRowOf);
  });

const experimentRowOf = (row: Row): ExperimentRow => ({
  name: textIn(row, 'name'),
  epoch: integerIn(row, 'epoch'),
  trialEpoch: integerIn(row, 'trial_epoch'),
  // Only what is `running` is in force, so a word that a later deployment writes holds nothing up here.
  state: textIn(row, 'state') as ExperimentRow['state'],
  terms: textIn(row, 'terms'),
  changedAtMs: integerIn(row, 'changed_at_ms'),
  changedBy: textIn(row, 'changed_by'),
  reason: textIn(row, 'reason'),
});
