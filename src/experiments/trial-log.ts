import { commitObservation } from '../audit/commit.ts';
import type { Result } from '../core/result.ts';
import type { Database } from '../store/database.ts';
import type { Trial } from './trial.ts';

export interface TrialLog {
  /** Whether this isolate has already seen a trial of that bar into the database. */
  has(trial: Pick<Trial, 'experiment' | 'trialEpoch' | 'symbol' | 'barMs'>): boolean;
  /** The first trial of a bar stays, whichever isolate wrote it. On failure it may have been written. */
  write(trial: Trial): Promise<Result<unknown, string>>;
}

const insertTrial = `
INSERT INTO trials (experiment, trial_epoch, symbol, bar_ms, decision_id, decided_at_ms, production_action, production_size,
  production_code, production_version, candidate_action, candidate_size, candidate_code)
SELECT value ->> 'experiment', value ->> 'trialEpoch', value ->> 'symbol', value ->> 'barMs', value ->> 'decisionId',
       value ->> 'decidedAtMs', value ->> 'productionAction', value ->> 'productionSize', value ->> 'productionCode',
       value ->> 'productionVersion', value ->> 'candidateAction', value ->> 'candidateSize', value ->> 'candidateCode'
FROM json_each(json_array(json(?))) WHERE true
ON CONFLICT DO NOTHING`;

/** Bars of which it is known that they are written: a bar has as many decisions as clients, and one trial. */
const knownMax = 4_096;

export function createTrialLog({ client }: Pick<Database, 'client'>): TrialLog {
  const known = new Set<string>();
  const keyOf = ({ experiment, trialEpoch, symbol, barMs }: Parameters<TrialLog['has']>[0]): string =>
    JSON.stringify([experiment, trialEpoch, symbol, barMs]);
  return {
    has: (trial) => known.has(keyOf(trial)),
    async write(trial) {
      const insert = { sql: insertTrial, params: [JSON.stringify(trial)] };
      const written = await commitObservation(client, [{ toSQL: () => insert }]);
      if (!written.ok) return { ok: false, error: written.error.detail };
      if (known.size >= knownMax) known.clear();
      known.add(keyOf(trial));
      return written;
    },
  };
}
