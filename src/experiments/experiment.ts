import { z } from 'zod';
import { parseJson } from '../core/parse-json.ts';
import { allOk, err, ok, type Result } from '../core/result.ts';
import type { ExperimentRow } from '../store/experiments.ts';
import { type ExperimentTerms, experimentTermsSchema } from './experiment-terms.ts';

/** Which model of an experiment answers. */
export type Arm = 'production' | 'candidate';

/** An experiment as it stands: the row of its highest epoch. */
export interface Experiment extends Omit<ExperimentRow, 'terms'> {
  readonly terms: ExperimentTerms;
}

/** A row whose terms this build does not know fails all: what it says may not be guessed. */
export const readExperiments = (rows: readonly ExperimentRow[]): Result<readonly Experiment[], string> =>
  allOk(rows.map(readExperiment));

function readExperiment({ terms, ...columns }: ExperimentRow): Result<Experiment, string> {
  const parsed = experimentTermsSchema.safeParse(parseJson(terms));
  return parsed.success
    ? ok({ ...columns, terms: parsed.data })
    : err(`experiment ${columns.name}: ${z.prettifyError(parsed.error)}`);
}
