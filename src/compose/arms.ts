import type { Config } from '../config.ts';
import { ok, type Result } from '../core/result.ts';
import { type Arms, createArms } from '../decision/arms.ts';
import type { Experiment } from '../experiments/experiment.ts';
import { createExperimentsInForce } from '../experiments/experiments-in-force.ts';
import { createTrialLog } from '../experiments/trial-log.ts';
import type { Runtime } from '../runtime.ts';
import { type ExperimentRow, loadExperimentRows } from '../store/experiments.ts';
import type { Adapters } from './adapters.ts';

/** What the arms need only where an experiment runs. */
interface NeededWithExperiments {
  readExperiments(rows: readonly ExperimentRow[]): Promise<Result<readonly Experiment[], string>>;
  /** Never throws. */
  demote(experiment: Experiment, reason: string): Promise<void>;
}

/** What lets models compete, as far as a decision meets it. */
export function armsOf(
  { runtime, config }: { readonly runtime: Runtime; readonly config: Config },
  { database, control, log, overload, registry }: Adapters,
  later: NeededWithExperiments,
): Arms {
  const { clock, timers, report } = runtime;
  async function load(): Promise<Result<readonly Experiment[], string>> {
    const rows = await loadExperimentRows(database);
    if (!rows.ok) return rows;
    return rows.value.length === 0 ? ok([]) : later.readExperiments(rows.value);
  }
  return createArms({
    experiments: createExperimentsInForce({ load, clock, report }),
    trials: createTrialLog(database),
    demote: later.demote,
    registry,
    control,
    load: overload.load,
    log,
    clock,
    timers,
    freshnessGraceMs: config.freshnessGraceMs,
    report,
  });
}
