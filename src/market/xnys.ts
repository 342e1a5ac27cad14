import { civilDateOf, DAY_MS, epochDayOf, weekdayOf } from '../core/civil-date.ts';

/**
 * Sessions of the New York Stock Exchange by rule (NYSE Rule 7.2), and its special closures. Checked against the
 * traded days from 2000 to April 2020 and the schedule the exchange has published for 2026 to 2028.
 *
 * The calendar begins with {@link XNYS_FIRST_YEAR}: before it not all special closures are listed, so no earlier
 * date counts as a session. It has no end; after the newest special closure listed, only scheduled holidays are
 * known, and a series that rightly skips another day shows a gap until that day is added here.
 */
export const XNYS_FIRST_YEAR = 2000;

/** Whether the exchange trades on the UTC date `epochDay`; never before {@link XNYS_FIRST_YEAR}. */
export function isXnysSession(epochDay: number): boolean {
  const weekday = weekdayOf(epochDay);
  if (weekday === SATURDAY || weekday === SUNDAY || !(epochDay >= FIRST_DAY)) return false;
  return !yearAround(epochDay).closures.includes(epochDay);
}

/** The first session after the UTC date `epochDay`, as an epoch day. */
export function nextXnysSession(epochDay: number): number {
  const first = Math.max(epochDay + 1, FIRST_DAY);
  for (let day = first; day < first + CLOSED_DAYS_MAX; day += 1) {
    if (isXnysSession(day)) return day;
  }
  throw new RangeError(`XNYS: no session within ${CLOSED_DAYS_MAX} days after day ${epochDay}`);
}

/** What is known of a session's close, epoch ms. */
interface XnysClose {
  /** Before it, the session is surely open. */
  readonly earliestMs: number;
  /** From it on, the session is surely closed. Later than `earliestMs` only where a half day is not certain. */
  readonly latestMs: number;
}

/**
 * The close of the session named by `epochDay`: 16:00 in New York, 13:00 on half days. The rule for half days
 * holds on every one from 2000 to the end of the published schedule; after that it says which days may be one.
 *
 * An early close that neither the rule nor the list knows leaves the bar before it fresh for too long, by at most
 * the hours between that close and the regular one.
 */
export function xnysClose(epochDay: number): XnysClose {
  const { year } = civilDateOf(epochDay);
  const dayMs = epochDay * DAY_MS + (isDaylightSaving(epochDay, year) ? 4 : 5) * HOUR_MS;
  const regularMs = dayMs + 16 * HOUR_MS;
  if (!isHalfDay(epochDay, year)) return { earliestMs: regularMs, latestMs: regularMs };
  const earlyMs = dayMs + 13 * HOUR_MS;
  return { earliestMs: earlyMs, latestMs: year <= PUBLISHED_TO_YEAR ? earlyMs : regularMs };
}

const HOUR_MS = 3_600_000;
const SUNDAY = 0;
const MONDAY = 1;
const WEDNESDAY = 3;
const THURSDAY = 4;
const SATURDAY = 6;

const FIRST_DAY = epochDayOf(XNYS_FIRST_YEAR, 1, 1);

/** The exchange announces holidays and half days two to three years ahead (last on 23 December 2025). */
const PUBLISHED_TO_YEAR = 2028;

/** No closure since 2000 is longer than six days; a search past this is a broken rule, not a long holiday. */
const CLOSED_DAYS_MAX = 14;

const SPECIAL_CLOSURES: readonly number[] = [
  epochDayOf(2001, 9, 11),
  epochDayOf(2001, 9, 12),
  epochDayOf(2001, 9, 13),
  epochDayOf(2001, 9, 14),
  epochDayOf(2004, 6, 11),
  epochDayOf(2007, 1, 2),
  epochDayOf(2012, 10, 29),
  epochDayOf(2012, 10, 30),
  epochDayOf(2018, 12, 5),
  epochDayOf(2025, 1, 9),
];

/** Half days outside the rule: Fridays after a holiday on Thursday. */
const SPECIAL_HALF_DAYS: readonly number[] = [epochDayOf(2002, 7, 5), epochDayOf(2003, 12, 26)];

/** For sessions only: where a holiday is kept on one of these days, there is none. */
function isHalfDay(epochDay: number, year: number): boolean {
  // Until 2012 a holiday on Thursday had its half day on the Friday after, if at all.
  const isJuly3 = epochDay === epochDayOf(year, 7, 3) && (year >= 2013 || weekdayOf(epochDay) !== WEDNESDAY);
  return (
    isJuly3 ||
    epochDay === thanksgiving(year) + 1 ||
    epochDay === epochDayOf(year, 12, 24) ||
    SPECIAL_HALF_DAYS.includes(epochDay)
  );
}

interface Year {
  readonly firstDay: number;
  readonly lastDay: number;
  /** Days without a session beside Saturdays and Sundays, though some may be one. */
  readonly closures: readonly number[];
}

/** The year asked about last: a series lies in one or two, and a session is looked up for each of its bars. */
let latest: Year = readYear(XNYS_FIRST_YEAR);

function yearAround(epochDay: number): Year {
  if (epochDay < latest.firstDay || epochDay > latest.lastDay) latest = readYear(civilDateOf(epochDay).year);
  return latest;
}

function readYear(year: number): Year {
  const firstDay = epochDayOf(year, 1, 1);
  const lastDay = epochDayOf(year, 12, 31);
  const closures = [
    // New Year on a Saturday is not moved to Friday, which ends an accounting year.
    weekdayOf(firstDay) === SUNDAY ? firstDay + 1 : firstDay,
    onOrAfter(MONDAY, epochDayOf(year, 1, 15)),
    onOrAfter(MONDAY, epochDayOf(year, 2, 15)),
    easterSunday(year) - 2,
    onOrAfter(MONDAY, epochDayOf(year, 5, 25)),
    observed(epochDayOf(year, 7, 4)),
    onOrAfter(MONDAY, epochDayOf(year, 9, 1)),
    thanksgiving(year),
    observed(epochDayOf(year, 12, 25)),
    ...SPECIAL_CLOSURES.filter((day) => day >= firstDay && day <= lastDay),
  ];
  if (year >= 2022) closures.push(observed(epochDayOf(year, 6, 19)));
  return { firstDay, lastDay, closures };
}

function thanksgiving(year: number): number {
  return onOrAfter(THURSDAY, epochDayOf(year, 11, 22));
}

/** A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after. */
function observed(epochDay: number): number {
  const weekday = weekdayOf(epochDay);
  return weekday === SATURDAY ? epochDay - 1 : weekday === SUNDAY ? epochDay + 1 : epochDay;
}

/** Western Easter as an epoch day. Source: "A New York correspondent", Nature, 20 April 1876 (Meeus, Jones, Butcher). */
function easterSunday(year: number): number {
  const century = Math.floor(year / 100);
  const goldenYear = year % 19;
  const skippedLeaps =
    century - Math.floor(century / 4) - Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * goldenYear + skippedLeaps + 15) % 30;
  const yearOfCentury = year % 100;
  const weekdayShift =
    (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const correction = Math.floor((goldenYear + 11 * epact + 22 * weekdayShift) / 451);
  const monthAndDay = epact + weekdayShift - 7 * correction + 114;
  return epochDayOf(year, Math.floor(monthAndDay / 31), (monthAndDay % 31) + 1);
}

/**
 * Whether New York's afternoon of the date has daylight saving time: from the first Sunday of April to the last of October, and from 2007 on from the second of
 * March to the first of November.
 */
function isDaylightSaving(epochDay: number, year: number): boolean {
  const start = onOrAfter(SUNDAY, year >= 2007 ? epochDayOf(year, 3, 8) : epochDayOf(year, 4, 1));
  const end = onOrAfter(SUNDAY, year >= 2007 ? epochDayOf(year, 11, 1) : epochDayOf(year, 10, 25));
  return epochDay >= start && epochDay < end;
}

/** The first such weekday from the date on. */
function onOrAfter(weekday: number, epochDay: number): number {
  return epochDay + ((weekday - weekdayOf(epochDay) + 7) % 7);
}
