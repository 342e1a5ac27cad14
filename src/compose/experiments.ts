import type { Config } from '../config.ts';
import { createArms } from '../decision/arms.ts';
import { createDemote } from '../experiments/demote.ts';
import type { Experiment } from '../experiments/experiment.ts';
import { createExperimentsInForce } from '../experiments/experiments-in-force.ts';
import { createJudgeRunning } from '../experiments/judge-running.ts';
import { loadEvidence } from '../experiments/load-evidence.ts';
import { loadExperiments } from '../experiments/load-experiments.ts';
import { recordOutcomes } from '../experiments/record-outcomes.ts';
import { createTrialLog } from '../experiments/trial-log.ts';
import type { BodyLimits } from '../http/body.ts';
import { createPutExperimentRoute } from '../http/experiments/put-experiment.ts';
import { createReadExperimentRoute } from '../http/experiments/read-experiment.ts';
import { createReportOutcomesRoute } from '../http/outcomes/report-outcomes.ts';
import type { Runtime } from '../runtime.ts';
import { loadTrialsBetween } from '../store/outcomes.ts';
import type { Adapters } from './adapters.ts';

/** What lets models compete: arms for the pipeline, routes for people. */
export function createExperiments(
  { runtime, config }: { runtime: Runtime; config: Config },
  adapters: Adapters,
  bodyLimits: BodyLimits,
) {
  const { clock, timers, report } = runtime;
  const { database, control, log, authenticator, overload, registry, trail } = adapters;
  const { freshnessGraceMs } = config;
  const demote = createDemote({ database, trail, clock, report });
  const calendarOf = (symbol: string) => registry.current().bySymbol(symbol)?.bundle.manifest.calendar;
  const evidenceOf = (experiment: Experiment) => loadEvidence(experiment, { database, calendarOf });
  const judgeRunning = createJudgeRunning({
    loadExperiments: () => loadExperiments(database),
    loadEvidence: evidenceOf,
    demote,
    report,
  });
  const arms = createArms({
    experiments: createExperimentsInForce({ load: () => loadExperiments(database), clock, report }),
    trials: createTrialLog(database),
    demote,
    registry,
    control,
    load: overload.load,
    log,
    clock,
    timers,
    freshnessGraceMs,
    report,
  });
  const readExperiment = createReadExperimentRoute({
    authenticator,
    control,
    loadExperiments: (name) => loadExperiments(database, name),
    loadEvidence: evidenceOf,
  });
  const putExperiment = createPutExperimentRoute({
    authenticator,
    control,
    bodyLimits,
    registry,
    database,
    trail,
    clock,
    loadExperiments: () => loadExperiments(database),
  });
  const reportOutcomes = createReportOutcomesRoute({
    authenticator,
    control,
    registry,
    bodyLimits,
    barsMax: config.barsMax,
    clock,
    loadTrials: (wanted) => loadTrialsBetween(database, wanted),
    record: (reported, reporter) => recordOutcomes(reported, reporter, { database, calendarOf }),
    judgeRunning,
  });
  return { arms, judgeRunning, routes: { readExperiment, putExperiment, reportOutcomes } };
}
