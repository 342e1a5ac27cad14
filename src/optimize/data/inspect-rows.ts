import { log } from '../../core/log.ts';
import { quantile } from '../../stats/quantile.ts';
import { type Finding, findingOf } from './data-report.ts';
import { type CalendarFit, HOLIDAY_DAYS_MAX } from './fit-calendar.ts';
import type { MarketRow } from './market-rows.ts';

/**
 * What looks wrong in a series of rows that are each valid: oldest first, one of each time. Nothing here is an error;
 * each is a warning or a note, with thresholds that the series itself sets where it can.
 */
export function inspectRows(rows: readonly MarketRow[], fit: CalendarFit): readonly Finding[] {
  const splits = suspectedSplits(rows);
  const findings = [
    ...calendarFindings(rows, fit),
    findingOf(
      'SPLIT_SUSPECTED',
      splits,
      'one bar to the next the close changed by the factor of a share split',
    ),
    findingOf(
      'OUTLIER_RETURN',
      outlierReturns(rows).filter((row) => !splits.includes(row)),
      `a return beyond ${OUTLIER_DEVIATIONS} robust deviations of the series`,
    ),
    findingOf(
      'STALE_PRICES',
      staleRuns(rows),
      `first of at least ${STALE_ROWS_MIN} rows of unchanged prices`,
    ),
    ...copiedOpens(rows),
  ];
  return findings.filter((finding) => finding !== undefined);
}

function calendarFindings(
  rows: readonly MarketRow[],
  { pattern, offPattern, gaps }: CalendarFit,
): readonly (Finding | undefined)[] {
  const holidays = gaps.filter(({ missing }) => pattern === 'weekdays' && missing <= HOLIDAY_DAYS_MAX);
  const holes = gaps.filter((gap) => !holidays.includes(gap));
  const missing = holes.reduce((sum, gap) => sum + gap.missing, 0);
  return [
    findingOf(
      'GAP',
      rowsAt(
        rows,
        holes.map(({ index }) => index),
      ),
      `${missing} bars of ${pattern} are missing before these rows`,
    ),
    findingOf(
      'HOLIDAYS',
      rowsAt(
        rows,
        holidays.map(({ index }) => index),
      ),
      `at most ${HOLIDAY_DAYS_MAX} weekdays without a bar before these rows`,
    ),
    findingOf(
      'NO_SESSION',
      rowsAt(rows, offPattern),
      `not in a session of ${pattern}, which the series follows otherwise`,
    ),
  ];
}

const SPLIT_FACTORS = [1.5, 2, 3, 4, 5, 10, 20];
const SPLIT_TOLERANCE = 0.02;
/** A change this large needs no further evidence. */
const SPLIT_CHANGE_MIN = 0.4;
/** Of the inverse factor: how much of it the volume must have jumped by to be evidence. */
const SPLIT_VOLUME_SHARE = 0.75;

function suspectedSplits(rows: readonly MarketRow[]): readonly number[] {
  return rowsWhere(rows, (row, before) => {
    const ratio = row.close / before.close;
    const factor = SPLIT_FACTORS.flatMap((whole) => [whole, 1 / whole]).find(
      (candidate) => Math.abs(ratio / candidate - 1) <= SPLIT_TOLERANCE,
    );
    if (factor === undefined) return false;
    if (Math.abs(ratio - 1) > SPLIT_CHANGE_MIN) return true;
    // Shares trade in the old value: as the price falls by a factor, the count of shares rises by it.
    const volumeRatio = row.volume / before.volume;
    return factor < 1
      ? volumeRatio >= SPLIT_VOLUME_SHARE / factor
      : volumeRatio > 0 && volumeRatio <= 1 / (factor * SPLIT_VOLUME_SHARE);
  });
}

const OUTLIER_DEVIATIONS = 12;
/** Of a normal distribution: standard deviation over median absolute deviation. */
const DEVIATION_PER_MAD = 1.4826;

function outlierReturns(rows: readonly MarketRow[]): readonly number[] {
  const stepOf = (row: MarketRow, before: MarketRow): number => log(row.close / before.close);
  const steps = Float64Array.from(rows.slice(1), (row, i) => stepOf(row, rows[i] as MarketRow));
  const middle = quantile(steps.toSorted(), 0.5);
  const deviation =
    DEVIATION_PER_MAD * quantile(steps.map((step) => Math.abs(step - middle)).toSorted(), 0.5);
  return rowsWhere(
    rows,
    (row, before) => Math.abs(stepOf(row, before) - middle) > OUTLIER_DEVIATIONS * deviation && deviation > 0,
  );
}

const STALE_ROWS_MIN = 5;

/** The first row of each run of equal open, high, low and close. */
function staleRuns(rows: readonly MarketRow[]): readonly number[] {
  const starts: number[] = [];
  let start = 0;
  rows.forEach((row, i) => {
    const first = rows[start] as MarketRow;
    const isSame =
      row.close === first.close &&
      row.high === first.high &&
      row.low === first.low &&
      row.open === first.open;
    if (!isSame) start = i;
    else if (i - start + 1 === STALE_ROWS_MIN) starts.push(first.row);
  });
  return starts;
}

const COPIED_WINDOW_ROWS = 100;
const COPIED_SHARE = 0.9;

/** One note for each stretch in whose every window of rows the open repeats the close before it. */
function copiedOpens(rows: readonly MarketRow[]): readonly (Finding | undefined)[] {
  // Close-only rows that repeat a price are stale, not copied.
  const copies = rows.map((row, i) =>
    i > 0 && row.high > row.low && row.open === rows[i - 1]?.close ? 1 : 0,
  );
  const stretches: { start: number; end: number }[] = [];
  let count = 0;
  for (let i = 0; i < rows.length; i += 1) {
    count += copies[i] as number;
    if (i >= COPIED_WINDOW_ROWS) count -= copies[i - COPIED_WINDOW_ROWS] as number;
    if (i + 1 < COPIED_WINDOW_ROWS || count <= COPIED_SHARE * COPIED_WINDOW_ROWS) continue;
    const start = i + 1 - COPIED_WINDOW_ROWS;
    const last = stretches.at(-1);
    if (last !== undefined && start <= last.end) last.end = i + 1;
    else stretches.push({ start, end: i + 1 });
  }
  return stretches.map(({ start, end }) => {
    const ends = rowsAt(rows, [start, end - 1]);
    return findingOf(
      'OPEN_IS_PREVIOUS_CLOSE',
      ends,
      `from the first to the second of these rows (${end - start} bars) the open repeats the close before it in more than ${COPIED_SHARE * 100} %: overnight gaps are 0, and a fill at the next open is a fill at the close of the decision`,
    );
  });
}

const rowsAt = (rows: readonly MarketRow[], indices: readonly number[]): readonly number[] =>
  indices.map((index) => (rows[index] as MarketRow).row);

function rowsWhere(
  rows: readonly MarketRow[],
  test: (row: MarketRow, before: MarketRow) => boolean,
): readonly number[] {
  return rows.filter((row, i) => i > 0 && test(row, rows[i - 1] as MarketRow)).map(({ row }) => row);
}
