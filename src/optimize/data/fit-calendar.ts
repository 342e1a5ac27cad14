import { epochDayAt, epochDayOf, weekdayOf } from '../../core/civil-date.ts';
import { type Calendar, type Interval, lengthMsOf } from '../../market/calendar.ts';
import { isXnysSession, XNYS_FIRST_YEAR } from '../../market/xnys.ts';

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
 * their spacing, since only 24x7 has them. A tie goes to XNYS. Before the exchange's calendar is
 * known, its weekdays count as its sessions, and up to {@link HOLIDAY_DAYS_MAX} in a row without a bar as holidays.
 *
 * @param tMs starts of bars, ascending, of a daily series one per date
 */
export function fitCalendar(tMs: ArrayLike<number>, interval: Interval): CalendarFit {
  const always = interval === '1d' ? fitDays(tMs, ALWAYS) : fitSpacing(tMs, lengthMsOf('24x7', interval));
  if (interval !== '1d') return { calendar: '24x7', pattern: '24x7', ...always };
  const xnys = fitDays(tMs, XNYS);
  const calendar = xnys.misfits <= always.misfits ? 'XNYS' : '24x7';
  const named = calendar === 'XNYS' ? xnys : always;
  const weekdays = fitDays(tMs, WEEKDAYS);
  const isNamed =
    named.offPattern.length <= OFF_PATTERN_SHARE_MAX * tMs.length ||
    weekdays.offPattern.length >= named.offPattern.length;
  return isNamed
    ? { calendar, pattern: calendar, ...named }
    : { calendar, pattern: 'weekdays', ...weekdays, misfits: named.misfits };
}

/** More bars than these on days without a session are another market's, not mistakes. */
const OFF_PATTERN_SHARE_MAX = 0.005;

/** One or two weekdays without a bar may be a holiday somewhere; Christmas or Easter take no more. */
export const HOLIDAY_DAYS_MAX = 2;

interface DayRule {
  readonly isSession: (epochDay: number) => boolean;
  /** Fewest sessions missing before a bar of this day that make a hole, not a holiday. */
  readonly gapMin: (epochDay: number) => number;
}

const XNYS_FIRST_DAY = epochDayOf(XNYS_FIRST_YEAR, 1, 1);
const ALWAYS: DayRule = { isSession: () => true, gapMin: () => 1 };
const WEEKDAYS: DayRule = { isSession: isWeekday, gapMin: () => 1 };
const XNYS: DayRule = {
  isSession: (day) => (day >= XNYS_FIRST_DAY ? isXnysSession(day) : isWeekday(day)),
  gapMin: (day) => (day >= XNYS_FIRST_DAY ? 1 : HOLIDAY_DAYS_MAX + 1),
};

type Fit = Pick<CalendarFit, 'misfits' | 'offPattern' | 'gaps'>;

function fitDays(tMs: ArrayLike<number>, { isSession, gapMin }: DayRule): Fit {
  const offPattern: number[] = [];
  const gaps: Gap[] = [];
  let misfits = 0;
  for (let index = 0; index < tMs.length; index += 1) {
    const day = epochDayAt(tMs[index] as number);
    if (!isSession(day)) offPattern.push(index);
    let missing = 0;
    const previous = index === 0 ? day : epochDayAt(tMs[index - 1] as number);
    for (let between = previous + 1; between < day; between += 1) missing += isSession(between) ? 1 : 0;
    if (missing < gapMin(day)) continue;
    gaps.push({ index, missing });
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
