import type { Actor } from '../audit/audit-entry.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { isFinal } from '../audit/pending-records.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Clock } from '../core/clock.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Database } from '../store/database.ts';
import { experiments } from '../store/schema.ts';
import type { Experiment } from './experiment.ts';
import type { ExperimentTerms } from './experiment-terms.ts';

export interface ExperimentChange {
  readonly name: string;
  readonly terms: ExperimentTerms;
  readonly state: Experiment['state'];
  readonly reason: string;
  readonly actor: Actor;
  readonly clientAddress: string | null;
}

export interface ExperimentWriter {
  readonly database: Database;
  readonly trail: AuditTrail;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/**
 * Writes an experiment's next epoch and its audit entry, both or none. `changed`: somebody else wrote that epoch first.
 *
 * @param current the experiment as the change was made against; undefined for a new one
 */
export async function setExperiment(
  { database, trail, clock }: ExperimentWriter,
  current: Experiment | undefined,
  change: ExperimentChange,
): Promise<Result<Experiment, 'changed' | 'unavailable'>> {
  const { name, terms, state, reason, actor, clientAddress } = change;
  const epoch = (current?.epoch ?? 0) + 1;
  const next: Experiment = {
    name,
    epoch,
    trialEpoch: trialEpochOf(current, change, epoch),
    state,
    terms,
    changedAtMs: clock.nowMs(),
    changedBy: actor.kind === 'key' ? actor.keyId : actor.name,
    reason,
  };
  const entry = trail.seal({
    actor,
    verb: 'set-experiment',
    target: `experiment:${name}`,
    reason,
    clientAddress,
    before: current ? { epoch: current.epoch, state: current.state, terms: current.terms } : null,
    after: { epoch, state, terms },
  });
  const row = { ...next, terms: canonicalJson(terms) };
  const written = await trail.commit(entry, [database.orm.insert(experiments).values(row)]);
  if (written.ok) return ok(next);
  return err(isFinal(written.error) ? 'changed' : 'unavailable');
}

/** Trials made under other terms, or before a stop, are no evidence for what begins now. */
function trialEpochOf(current: Experiment | undefined, change: ExperimentChange, epoch: number): number {
  if (!current) return epoch;
  const isSame = canonicalJson(current.terms) === canonicalJson(change.terms);
  if (change.state === 'running' && !(current.state === 'running' && isSame)) return epoch;
  return current.trialEpoch;
}
