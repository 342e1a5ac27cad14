import { type CivilDate, civilDateOf, DAY_MS, epochDayOf, weekdayOf } from '../core/civil-date.ts';

/**
 * Sessions of the New York Stock Exchange by rule (NYSE Rule 7.2), and the special closures since 2000.
 * Checked against the traded days from 2000 to April 2020. Before 2000 special closures are missing; after
 * the newest one listed, only scheduled holidays are known.
 */

/** Whether the exchange trades on the UTC date `epochDay`. */
export function isXnysSession(epochDay: number): boolean {
  const weekday = weekdayOf(epochDay);
  if (weekday === SATURDAY || weekday === SUNDAY || SPECIAL_CLOSURES.has(epochDay)) return false;
  return !isHoliday(epochDay, weekday, civilDateOf(epochDay));
}

/**
 * The close of the session named by `epochDay`, epoch ms: 16:00 in New York. The close at 13:00 on half days
 * is not modelled: their bars count as open three hours longer, which errs towards HOLD.
 */
export function xnysCloseMs(epochDay: number): number {
  return epochDay * DAY_MS + (isDaylightSaving(epochDay) ? 20 : 21) * HOUR_MS;
}

const HOUR_MS = 3_600_000;
const SUNDAY = 0;
const MONDAY = 1;
const THURSDAY = 4;
const FRIDAY = 5;
const SATURDAY = 6;

const SPECIAL_CLOSURES: ReadonlySet<number> = new Set([
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
]);

/** For Monday to Friday only. */
function isHoliday(epochDay: number, weekday: number, date: CivilDate): boolean {
  const { year, month, day } = date;
  switch (month) {
    case 1:
      // New Year on a Saturday is not moved to Friday, which ends an accounting year.
      return isOnOrMondayAfter(1, weekday, day) || (year >= 1998 && isNth(3, MONDAY, weekday, day));
    case 2:
      return isNth(3, MONDAY, weekday, day);
    case 3:
    case 4:
      return weekday === FRIDAY && epochDay === easterSunday(year) - 2;
    case 5:
      return weekday === MONDAY && day + 7 > 31;
    case 6:
      return year >= 2022 && isObserved(19, weekday, day);
    case 7:
      return isObserved(4, weekday, day);
    case 9:
      return isNth(1, MONDAY, weekday, day);
    case 11:
      return isNth(4, THURSDAY, weekday, day);
    case 12:
      return isObserved(25, weekday, day);
    default:
      return false;
  }
}

/** A holiday on a Sunday is kept on the Monday after. */
const isOnOrMondayAfter = (holiday: number, weekday: number, day: number): boolean =>
  day === holiday || (weekday === MONDAY && day === holiday + 1);

/** … and one on a Saturday on the Friday before. */
const isObserved = (holiday: number, weekday: number, day: number): boolean =>
  isOnOrMondayAfter(holiday, weekday, day) || (weekday === FRIDAY && day === holiday - 1);

const isNth = (n: number, target: number, weekday: number, day: number): boolean =>
  weekday === target && Math.ceil(day / 7) === n;

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
 * Daylight saving time at New York's afternoon of the date: from 1967 the last Sunday of April to the last of
 * October, from 1987 the first of April, from 2007 the second of March to the first of November. The energy
 * crisis's early starts in 1974 and 1975 are left out.
 */
function isDaylightSaving(epochDay: number): boolean {
  const { year } = civilDateOf(epochDay);
  const start =
    year >= 2007
      ? sundayOnOrAfter(epochDayOf(year, 3, 8))
      : year >= 1987
        ? sundayOnOrAfter(epochDayOf(year, 4, 1))
        : sundayOnOrAfter(epochDayOf(year, 4, 24));
  const end = sundayOnOrAfter(year >= 2007 ? epochDayOf(year, 11, 1) : epochDayOf(year, 10, 25));
  return epochDay >= start && epochDay < end;
}

const sundayOnOrAfter = (epochDay: number): number => epochDay + ((7 - weekdayOf(epochDay)) % 7);
