import { ok, type Result } from '../core/result.ts';
import { barsLaterMs, type Calendar } from '../market/calendar.ts';
import type { Database } from '../store/database.ts';
import { loadBarOutcomes, loadTrials } from '../store/outcomes.ts';
import type { Experiment } from './experiment.ts';
import type { JudgedUnit } from './judge-experiment.ts';
import type { Trial } from './trial.ts';

interface EvidenceOptions {
  readonly database: Database;
  /** Calendar that a symbol is served by; undefined where it is served no more. */
  readonly calendarOf: (symbol: string) => Calendar | undefined;
}

/**
 * An experiment's trials with what was reported of their bars. Of several accounts' first reports on one bar the median
 * counts. Trials against a version of production that has been replaced since are left out: they tell nothing of the one
 * in force.
 */
export async function loadEvidence(
  { name, trialEpoch, terms }: Experiment,
  { database, calendarOf }: EvidenceOptions,
): Promise<Result<readonly JudgedUnit[], string>> {
  const trials = await loadTrials(database, name, trialEpoch);
  if (!trials.ok) return trials;
  const { symbols, horizonBars } = terms;
  const reports = await loadBarOutcomes(database, { name, trialEpoch, symbols, horizonBars });
  if (!reports.ok) return reports;
  const outcomes = new Map(
    reports.value.map(({ symbol, barMs, outcome }) => [`${barMs} ${symbol}`, outcome]),
  );
  const versions = new Map(trials.value.map(({ symbol, productionVersion }) => [symbol, productionVersion]));
  const present = trials.value.filter(
    ({ symbol, productionVersion }) => productionVersion === versions.get(symbol),
  );
  return ok(
    present.flatMap((trial): readonly JudgedUnit[] => {
      const calendar = calendarOf(trial.symbol);
      if (!calendar) return [];
      const outcome = outcomes.get(`${trial.barMs} ${trial.symbol}`) ?? null;
      return [unitOf(trial, calendar, terms.horizonBars, outcome)];
    }),
  );
}

function unitOf(trial: Trial, calendar: Calendar, horizonBars: number, outcome: number | null): JudgedUnit {
  const fromMs = barsLaterMs(calendar, '1d', trial.barMs, 1);
  return {
    fromMs,
    untilMs: barsLaterMs(calendar, '1d', fromMs, horizonBars),
    outcome,
    production: {
      action: trial.productionAction,
      size: trial.productionSize,
      code: trial.productionCode,
    },
    candidate: { action: trial.candidateAction, size: trial.candidateSize, code: trial.candidateCode },
  };
}
