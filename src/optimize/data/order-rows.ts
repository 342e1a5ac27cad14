import { epochDayAt } from '../../core/civil-date.ts';
import type { Interval } from '../../market/calendar.ts';
import { type Finding, findingOf } from './data-report.ts';
import type { MarketRow } from './market-rows.ts';

interface OrderedRows {
  /** Oldest first, one of each time, unless a finding is an error. */
  readonly rows: readonly MarketRow[];
  readonly findings: readonly Finding[];
}

/**
 * Brings a file to oldest first. A file that runs backwards is turned round; one that runs both ways is an error, as
 * is a second row of one time (of one date, for daily bars) with other numbers. An equal second row is dropped.
 */
export function orderRows(fileRows: readonly MarketRow[], interval: Interval): OrderedRows {
  const keyOf = ({ tMs }: MarketRow): number => (interval === '1d' ? epochDayAt(tMs) : tMs);
  const newestFirst = isNewestFirst(fileRows, keyOf);
  const forward = newestFirst ? fileRows.toReversed() : fileRows;
  const rows: MarketRow[] = [];
  const seen = new Map<number, MarketRow>();
  const equal: number[] = [];
  const conflicting: number[] = [];
  const unordered: number[] = [];
  for (const row of forward) {
    const earlier = seen.get(keyOf(row));
    if (earlier !== undefined) {
      (sameNumbers(earlier, row) ? equal : conflicting).push(row.row);
      continue;
    }
    const last = rows.at(-1);
    if (last !== undefined && keyOf(row) < keyOf(last)) unordered.push(row.row);
    seen.set(keyOf(row), row);
    rows.push(row);
  }
  const [first] = fileRows;
  const findings = [
    findingOf('NEWEST_FIRST', newestFirst && first ? [first.row] : [], 'newest first: turned round'),
    findingOf('UNORDERED', unordered, 'earlier than the row before it, in a file that otherwise runs on'),
    findingOf('DUPLICATE', equal, 'a second row of the same time with the same numbers: dropped'),
    findingOf('CONFLICTING_DUPLICATE', conflicting, 'a second row of the same time with other numbers'),
  ];
  return { rows, findings: findings.filter((finding) => finding !== undefined) };
}

function isNewestFirst(rows: readonly MarketRow[], keyOf: (row: MarketRow) => number): boolean {
  let balance = 0;
  for (let i = 1; i < rows.length; i += 1) {
    const step = keyOf(rows[i] as MarketRow) - keyOf(rows[i - 1] as MarketRow);
    balance += step > 0 ? 1 : step < 0 ? -1 : 0;
  }
  return balance < 0;
}

const sameNumbers = (a: MarketRow, b: MarketRow): boolean =>
  a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close && a.volume === b.volume;
