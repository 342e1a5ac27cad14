/** What a look at a file found. `error`: the file is refused; `warning`: look at it; `note`: what was done. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: 'error' | 'warning' | 'note';
  /** Lines of the file, from 1; the first {@link ROWS_LISTED_MAX}, in the file's order. */
  readonly rows: readonly number[];
  /** Of all rows concerned. */
  readonly count: number;
  readonly detail: string;
}

export type FindingCode = keyof typeof SEVERITIES;

export interface DataReport {
  /** Records below the header. */
  readonly rowCount: number;
  readonly barCount: number;
  readonly findings: readonly Finding[];
}

const SEVERITIES = {
  CELL_COUNT: 'error',
  NOT_A_DATE: 'error',
  NOT_A_NUMBER: 'error',
  MISSING_VALUE: 'error',
  NOT_POSITIVE: 'error',
  NEGATIVE_VOLUME: 'error',
  HIGH_BELOW_LOW: 'error',
  BODY_OUTSIDE_RANGE: 'error',
  UNORDERED: 'error',
  CONFLICTING_DUPLICATE: 'error',
  DUPLICATE: 'warning',
  GAP: 'warning',
  NO_SESSION: 'warning',
  SPLIT_SUSPECTED: 'warning',
  OUTLIER_RETURN: 'warning',
  STALE_PRICES: 'warning',
  HOLIDAYS: 'note',
  NO_TRADING: 'note',
  NEWEST_FIRST: 'note',
  CLOSE_ONLY: 'note',
  DECIMAL_COMMA: 'note',
  NO_VOLUME: 'note',
  OPEN_IS_PREVIOUS_CLOSE: 'note',
} as const satisfies Record<string, Finding['severity']>;

const ROWS_LISTED_MAX = 20;

/** The finding of `rows`, in any order; undefined when there are none. */
export function findingOf(code: FindingCode, rows: readonly number[], detail: string): Finding | undefined {
  if (rows.length === 0) return undefined;
  const listed = rows.toSorted((a, b) => a - b).slice(0, ROWS_LISTED_MAX);
  return { code, severity: SEVERITIES[code], rows: listed, count: rows.length, detail };
}

/** One finding as a line for people. */
export function findingLine({ code, severity, rows, count, detail }: Finding): string {
  const more = count > rows.length ? `, … ${count} in all` : '';
  return `${severity} ${code}: ${detail} (row${count === 1 ? '' : 's'} ${rows.join(', ')}${more})`;
}
