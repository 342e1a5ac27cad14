import type { Result } from '../core/result.ts';
import type { Database } from '../store/database.ts';
import { loadExperimentRows } from '../store/experiments.ts';
import { type Experiment, readExperiments } from './experiment.ts';

/** Every experiment as it stands, or one; a single row that cannot be read fails all. */
export async function loadExperiments(
  database: Database,
  name?: string,
): Promise<Result<readonly Experiment[], string>> {
  const rows = await loadExperimentRows(database, name);
  return rows.ok ? readExperiments(rows.value) : rows;
}
