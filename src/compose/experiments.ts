import type { Config } from '../config.ts';
import { createDemote } from '../experiments/demote.ts';
import type { Experiment } from '../experiments/experiment.ts';
import { createJudgeRunning } from '../experiments/judge-running.ts';
import { loadEvidence } from '../experiments/load-evidence.ts';
import { loadExperiments } from '../experiments/load-experiments.ts';
import { recordOutcomes } from '../experiments/record-outcomes.ts';
import type { BodyLimits } from '../http/body.ts';
import { createPutExperimentRoute } from '../http/experiments/put-experiment.ts';
import { createReadExperimentRoute } from '../http/experiments/read-experiment.ts';
import { createReportOutcomesRoute } from '../http/outcomes/report-outcomes.ts';
import type { Runtime } from '../runtime.ts';
import { loadTrialsBetween } from '../store/outcomes.ts';
import type { AdaptersWithOrm } from './adapters.ts';

/** What lets models compete, as far as people meet it, and what judges them. */
export function createExperiments(
  { runtime, config }: { runtime: Runtime; config: Config },
  adapters: AdaptersWithOrm,
  bodyLimits: BodyLimits,
) {
  const { clock, report } = runtime;
  const { database, control, authenticator, registry, trail } = adapters;
  const demote = createDemote({ database, trail, clock, report });
  const calendarOf = (symbol: string) => registry.current().bySymbol(symbol)?.bundle.manifest.calendar;
  const evidenceOf = (experiment: Experiment) => loadEvidence(experiment, { database, calendarOf });
  const judgeRunning = createJudgeRunning({
    loadExperiments: () => loadExperiments(database),
    loadEvidence: evidenceOf,
    demote,
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
  return { demote, judgeRunning, routes: { readExperiment, putExperiment, reportOutcomes } };
}
