import { epochDayAt, weekdayOf } from '../../core/civil-date.ts';
import { type Calendar, type Interval, lengthMsOf } from '../../market/calendar.ts';
import { isXnysSession } from '../../market/xnys.ts';

/** `weekdays`: Monday to Friday, holidays unknown, which no manifest can name. */
type Pattern = Calendar | 'weekdays';

export interface CalendarFit {
  /** The calendar a manifest would name: the one with the fewer misfits. */
  readonly calendar: Calendar;
  /** Of `calendar`: bars outside a session of it, and sessions of it between two bars that have no bar. */
  readonly misfits: number;
  /** What the series follows best; `weekdays` where neither calendar does. */
  readonly pattern: Pattern;
  /** Indices of bars that lie in no session of the pattern. */
  readonly offPattern: readonly number[];
  /** Holes against the pattern, by the index of the bar after each. */
  readonly gaps: readonly Gap[];
}

export interface Gap {
  readonly index: number;
  /** Sessions of the pattern without a bar, ≥ 1. */
  readonly missing: number;
}

/**
 * The calendar whose sessions a series follows. Daily bars are judged by their UTC dates; bars of other intervals by
 * their spacing, since only 24x7 has them. Ties go to XNYS, then to weekdays.
 *
 * @param tMs starts of bars, ascending, of a daily series one per date
 */
export function fitCalendar(tMs: ArrayLike<number>, interval: Interval): CalendarFit {
  const always = interval === '1d' ? fitDays(tMs, () => true) : fitSpacing(tMs, lengthMsOf('24x7', interval));
  if (interval !== '1d') return { calendar: '24x7', pattern: '24x7', ...always };
  const xnys = fitDays(tMs, isXnysSession);
  const weekdays = fitDays(tMs, isWeekday);
  const calendar = xnys.misfits <= always.misfits ? 'XNYS' : '24x7';
  const named = calendar === 'XNYS' ? xnys : always;
  return weekdays.misfits < named.misfits
    ? { calendar, pattern: 'weekdays', ...weekdays, misfits: named.misfits }
    : { calendar, pattern: calendar, ...named };
}

type Fit = Pick<CalendarFit, 'misfits' | 'offPattern' | 'gaps'>;

function fitDays(tMs: ArrayLike<number>, isSession: (epochDay: number) => boolean): Fit {
  const offPattern: number[] = [];
  const gaps: Gap[] = [];
  let misfits = 0;
  for (let index = 0; index < tMs.length; index += 1) {
    const day = epochDayAt(tMs[index] as number);
    if (!isSession(day)) offPattern.push(index);
    let missing = 0;
    const previous = index === 0 ? day : epochDayAt(tMs[index - 1] as number);
    for (let between = previous + 1; between < day; between += 1) missing += isSession(between) ? 1 : 0;
    if (missing > 0) gaps.push({ index, missing });
    misfits += missing;
  }
  return { misfits: misfits + offPattern.length, offPattern, gaps };
}

/** A bar that does not start a whole number of intervals after the one before it is off the pattern. */
function fitSpacing(tMs: ArrayLike<number>, lengthMs: number): Fit {
  const offPattern: number[] = [];
  const gaps: Gap[] = [];
  let misfits = 0;
  for (let index = 1; index < tMs.length; index += 1) {
    const steps = ((tMs[index] as number) - (tMs[index - 1] as number)) / lengthMs;
    if (!Number.isInteger(steps)) offPattern.push(index);
    const missing = Math.max(0, Math.ceil(steps) - 1);
    if (missing > 0) gaps.push({ index, missing });
    misfits += missing;
  }
  return { misfits: misfits + offPattern.length, offPattern, gaps };
}

function isWeekday(epochDay: number): boolean {
  const weekday = weekdayOf(epochDay);
  return weekday >= 1 && weekday <= 5;
}
