import { DAY_MS, daysInMonth, epochDayOf } from '../../core/civil-date.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { parseRfc3339 } from '../../features/rfc3339.ts';

/** Epoch milliseconds of each text, NaN where it is no date of the file's form. */
export interface ParsedDates {
  readonly form: DateForm;
  readonly tMs: Float64Array;
}

/**
 * `RFC3339`: its date or date-time, thus YYYY-MM-DD. The others mean 00:00:00Z of the date, and may have points or
 * dashes for their slashes.
 */
type DateForm = 'RFC3339' | 'YYYYMMDD' | 'M/D/YYYY' | 'D/M/YYYY';

/**
 * Dates of one column, which all have one form, that of most. Month and day of slashed dates are told apart by a number above 12;
 * where no date of the file has one, or some have it in either place, the file is refused: half of such dates would
 * silently be others.
 */
export function parseDates(texts: readonly string[]): Result<ParsedDates, string> {
  const isMost = (count: number): boolean => count * 2 > texts.length;
  if (isMost(texts.filter((text) => PLAIN.test(text)).length)) {
    return ok({ form: 'YYYYMMDD', tMs: Float64Array.from(texts, plainDate) });
  }
  const slashed = texts.map((text) => SLASHED.exec(text));
  if (!isMost(slashed.filter((match) => match !== null).length)) {
    return ok({ form: 'RFC3339', tMs: Float64Array.from(texts, (text) => parseRfc3339(text) ?? NaN) });
  }
  const exceeds = (group: number): boolean =>
    slashed.some((match) => match !== null && Number(match[group]) > 12);
  const dayFirst = exceeds(1);
  if (dayFirst === exceeds(2)) {
    return err(
      dayFirst
        ? 'dates are M/D/YYYY in some rows and D/M/YYYY in others; write them as YYYY-MM-DD'
        : 'M/D/YYYY and D/M/YYYY cannot be told apart, since no number exceeds 12; write dates as YYYY-MM-DD',
    );
  }
  const tMs = Float64Array.from(slashed, (match) => (match === null ? NaN : slashedDate(match, dayFirst)));
  return ok({ form: dayFirst ? 'D/M/YYYY' : 'M/D/YYYY', tMs });
}

const PLAIN = /^(\d{4})(\d\d)(\d\d)$/;
const SLASHED = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/;

const plainDate = (text: string): number =>
  PLAIN.test(text) ? (parseRfc3339(text.replace(PLAIN, '$1-$2-$3')) ?? NaN) : NaN;

function slashedDate(match: RegExpExecArray, dayFirst: boolean): number {
  const [first, second, year] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [month, day] = dayFirst ? [second, first] : [first, second];
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return exists ? epochDayOf(year, month, day) * DAY_MS : NaN;
}
