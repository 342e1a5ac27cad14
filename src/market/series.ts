import { DAY_MS, epochDayAt } from '../core/civil-date.ts';
import { type Calendar, type Interval, lengthMsOf } from './calendar.ts';
import { isXnysSession, nextXnysSession, XNYS_FIRST_YEAR } from './xnys.ts';

export interface SeriesFault {
  /** Of the bar, in the array given. */
  readonly index: number;
  readonly code: SeriesFaultCode;
  readonly message: string;
}

/**
 * `NO_SESSION`: the bar's date is no session of the calendar. `SAME_SESSION`: the bar starts in the session of the
 * bar before it. `GAP`: at least one session lies between the two.
 */
export type SeriesFaultCode = 'NO_SESSION' | 'SAME_SESSION' | 'GAP';

/**
 * Whether `bars`, in ascending order, are consecutive bars of the interval on the calendar. Each is judged against
 * the one before it alone, so a hole is one fault however long it is; at most {@link SERIES_FAULTS_MAX} are
 * reported, in the order of the bars. Allocates nothing for a series without faults but the empty list.
 *
 * XNYS: a bar's UTC date names its session, at whatever time of the date, so a feed that stamps midnight in New
 * York may change from 05:00Z to 04:00Z between two bars. The calendar begins with {@link XNYS_FIRST_YEAR}: every
 * bar before it is `NO_SESSION`.
 *
 * 24x7: each bar starts exactly one interval after the one before. The first may start at any instant: which hour a
 * venue's day begins at is its own affair. A feed whose day follows a local clock has days of 23 and 25 hours and
 * is refused across the change, as no such day was ever learnt from.
 *
 * Throws on an interval the calendar does not have.
 */
export function checkSeries(
  calendar: Calendar,
  interval: Interval,
  bars: readonly { readonly tMs: number }[],
): readonly SeriesFault[] {
  const lengthMs = lengthMsOf(calendar, interval);
  switch (calendar) {
    case 'XNYS':
      return checkXnys(bars);
    case '24x7':
      return checkSpacing(bars, lengthMs);
  }
}

const SERIES_FAULTS_MAX = 20;

function checkXnys(bars: readonly { readonly tMs: number }[]): readonly SeriesFault[] {
  const faults: SeriesFault[] = [];
  let expectedDay = nextXnysSession(epochDayAt(bars[0]?.tMs ?? 0) - 1);
  let index = 0;
  for (const { tMs } of bars) {
    const day = epochDayAt(tMs);
    if (day !== expectedDay && faults.length < SERIES_FAULTS_MAX) {
      faults.push({ index, ...xnysFault(day, expectedDay) });
    }
    expectedDay = nextXnysSession(day);
    index += 1;
  }
  return faults;
}

function xnysFault(day: number, expectedDay: number): Omit<SeriesFault, 'index'> {
  if (!isXnysSession(day)) {
    const message = `${dateOf(day)} is no session of XNYS, which is known from ${XNYS_FIRST_YEAR} on`;
    return { code: 'NO_SESSION', message };
  }
  const next = `the next is ${dateOf(expectedDay)}`;
  return day < expectedDay
    ? { code: 'SAME_SESSION', message: `is of the session of the bar before it; ${next}` }
    : { code: 'GAP', message: `is not of the session after the bar before it; ${next}` };
}

function checkSpacing(bars: readonly { readonly tMs: number }[], lengthMs: number): readonly SeriesFault[] {
  const faults: SeriesFault[] = [];
  let expectedMs = bars[0]?.tMs ?? 0;
  let index = 0;
  for (const { tMs } of bars) {
    if (tMs !== expectedMs && faults.length < SERIES_FAULTS_MAX) {
      const next = `the next starts at ${new Date(expectedMs).toISOString()}`;
      faults.push(
        tMs < expectedMs
          ? { index, code: 'SAME_SESSION', message: `starts within the bar before it; ${next}` }
          : { index, code: 'GAP', message: `does not follow on the bar before it; ${next}` },
      );
    }
    expectedMs = tMs + lengthMs;
    index += 1;
  }
  return faults;
}

const dateOf = (epochDay: number): string => new Date(epochDay * DAY_MS).toISOString().slice(0, 10);
