import { isDecimal } from '../../features/decimal.ts';
import type { CsvRecord } from './csv-records.ts';
import { type Finding, type FindingCode, findingOf } from './data-report.ts';
import type { ColumnPlaces } from './market-columns.ts';

/** A row of data; prices > 0, low ≤ open, close ≤ high, volume ≥ 0, all finite. */
export interface MarketRow {
  /** Line of the file, from 1. */
  readonly row: number;
  readonly tMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

interface MarketRows {
  /** In the file's order; rows with an error are left out. */
  readonly rows: readonly MarketRow[];
  readonly findings: readonly Finding[];
}

/**
 * Reads and judges each row for itself. Every row with something wrong is reported under the first thing that is.
 *
 * @param records below the header
 * @param tMs of each record; NaN where its date could not be read
 */
export function readMarketRows(
  records: readonly CsvRecord[],
  tMs: Float64Array,
  places: ColumnPlaces,
): MarketRows {
  const rows: MarketRow[] = [];
  const found = new Map<RowFault, number[]>();
  const cellCount = records[0]?.cells.length ?? 0;
  records.forEach((record, i) => {
    const outcome = readRow(record, tMs[i] as number, places, cellCount);
    if (typeof outcome === 'object') {
      rows.push(outcome);
      return;
    }
    const at = found.get(outcome);
    if (at === undefined) found.set(outcome, [record.row]);
    else at.push(record.row);
  });
  const findings = [...found].map(([code, at]) => findingOf(code, at, DETAILS[code]));
  return { rows, findings: findings.filter((finding) => finding !== undefined) };
}

const DETAILS = {
  CELL_COUNT: 'another number of cells than the first row of data has',
  NOT_A_DATE:
    'the date does not exist, or has another form than the rest of the column, or none of YYYY-MM-DD (with a time and zone, or without), YYYYMMDD, M/D/YYYY and D/M/YYYY (also with points)',
  NO_TRADING: 'no price ("." or empty): skipped',
  MISSING_VALUE:
    'some of the values are empty; name an unused column with nothing after the = to leave it out',
  NOT_A_NUMBER:
    'not a finite plain decimal (no thousands separators, exponents, currency signs or NaN), of 20 digits at most',
  NOT_POSITIVE:
    'a price of zero or below, as WTI had on 2020-04-20: returns and their logarithms have no meaning across it; cut the series or adjust it before',
  NEGATIVE_VOLUME: 'a volume below zero',
  HIGH_BELOW_LOW: 'high is below low',
  BODY_OUTSIDE_RANGE: 'open or close lies outside low to high',
} as const satisfies Partial<Record<FindingCode, string>>;

type RowFault = keyof typeof DETAILS;

function readRow(
  { row, cells }: CsvRecord,
  tMs: number,
  { date, close, range, volume }: ColumnPlaces,
  cellCount: number,
): MarketRow | RowFault {
  const cell = (place: number): string => cells[place] ?? '';
  const { open, high, low } = range ?? { open: close, high: close, low: close };
  const prices = [open, high, low, close].map(cell);
  if (cells.length !== cellCount || cells[date] === undefined) return 'CELL_COUNT';
  if (Number.isNaN(tMs)) return 'NOT_A_DATE';
  if (prices.every(isAbsent)) return 'NO_TRADING';
  const texts = volume === undefined ? prices : [...prices, cell(volume)];
  if (texts.some(isAbsent)) return 'MISSING_VALUE';
  if (texts.some((text) => !isDecimal(text, DIGITS_MAX))) return 'NOT_A_NUMBER';
  const [o = NaN, h = NaN, l = NaN, c = NaN, v = 0] = texts.map(Number);
  if (Math.min(o, h, l, c) <= 0) return 'NOT_POSITIVE';
  if (v < 0) return 'NEGATIVE_VOLUME';
  if (h < l) return 'HIGH_BELOW_LOW';
  if (Math.max(o, c) > h || Math.min(o, c) < l) return 'BODY_OUTSIDE_RANGE';
  return { row, tMs, open: o, high: h, low: l, close: c, volume: v };
}

/** As `validateBars` has it. */
const DIGITS_MAX = 20;
const isAbsent = (text: string): boolean => text === '' || text === '.';
