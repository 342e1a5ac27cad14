import { commitObservation } from '../audit/commit.ts';
import { err, ok, type Result } from '../core/result.ts';
import { barNameMs, type Calendar } from '../market/calendar.ts';
import type { Database } from '../store/database.ts';
import { type DecidedBar, loadDecidedBars, loadOutcomes, type OutcomeRow } from '../store/outcomes.ts';
import { outcomes } from '../store/schema.ts';

export interface ReportedOutcome {
  readonly decisionId: string;
  readonly outcome: number;
}

interface Reporter {
  readonly keyId: string;
  readonly account: string;
  readonly nowMs: number;
  readonly horizonBars: number;
}

interface RecordOptions {
  readonly database: Database;
  readonly calendarOf: (symbol: string) => Calendar | undefined;
}

/** Decisions by what became of their report. */
export interface RecordedOutcomes {
  readonly recorded: readonly string[];
  readonly known: readonly string[];
  readonly conflicting: readonly string[];
  readonly unknown: readonly string[];
  /** Of all decisions that are not unknown. */
  readonly symbols: readonly string[];
}

/**
 * Writes what an account's own decisions came to, all or nothing; the first report of a decision stays. The same call again
 * is harmless. After an error it is unknown whether it was written.
 */
export async function recordOutcomes(
  reported: readonly ReportedOutcome[],
  reporter: Reporter,
  { database, calendarOf }: RecordOptions,
): Promise<Result<RecordedOutcomes, string>> {
  const ids = reported.map(({ decisionId }) => decisionId);
  const decided = await loadDecidedBars(database, reporter.account, ids);
  if (!decided.ok) return decided;
  const earlier = await loadOutcomes(database, ids, reporter.horizonBars);
  if (!earlier.ok) return earlier;
  const bars = new Map(decided.value.map((bar) => [bar.decisionId, bar]));
  const present = new Map(earlier.value.map((row) => [row.decisionId, row.outcome]));
  const own = reported.filter(({ decisionId }) => bars.has(decisionId));
  const isNew = ({ decisionId }: ReportedOutcome): boolean => !present.has(decisionId);
  const rows = own
    .filter(isNew)
    .map((report) => rowOf(report, bars.get(report.decisionId) as DecidedBar, reporter, calendarOf));
  if (rows.length > 0) {
    const written = await commitObservation(database.client, [
      database.orm.insert(outcomes).values(rows).onConflictDoNothing(),
    ]);
    if (!written.ok) return err(written.error.detail);
  }
  const idsOf = (some: readonly ReportedOutcome[]) => some.map(({ decisionId }) => decisionId);
  const again = own.filter((report) => !isNew(report));
  return ok({
    recorded: idsOf(own.filter(isNew)),
    known: idsOf(again.filter(({ decisionId, outcome }) => present.get(decisionId) === outcome)),
    conflicting: idsOf(again.filter(({ decisionId, outcome }) => present.get(decisionId) !== outcome)),
    unknown: ids.filter((id) => !bars.has(id)),
    symbols: [...new Set(decided.value.map(({ symbol }) => symbol))],
  });
}

function rowOf(
  { decisionId, outcome }: ReportedOutcome,
  { symbol, lastBarMs }: DecidedBar,
  { keyId, account, nowMs, horizonBars }: Reporter,
  calendarOf: RecordOptions['calendarOf'],
): OutcomeRow {
  const calendar = calendarOf(symbol);
  const barMs = lastBarMs === null || !calendar ? null : barNameMs(calendar, lastBarMs);
  return { decisionId, horizonBars, account, symbol, barMs, outcome, reportedAtMs: nowMs, reportedBy: keyId };
}
