import { DAY_MS, daysInMonth, epochDayOf } from '../core/civil-date.ts';

/**
 * Epoch milliseconds of an RFC 3339 `date-time` (`2020-03-16T20:00:00Z`, `…+02:00`, up to nine decimals of a
 * second) or of its `full-date` (`2020-03-16`, which means 00:00:00Z); undefined for anything else.
 *
 * Stricter than the RFC where it leaves a choice: `T` and `Z` are capitals and the separator is `T`. Second 60
 * is refused, since epoch time cannot express it. Digits below the millisecond are dropped (towards the past).
 * `Date.parse` is not used: what it takes beyond its one mandatory format differs by engine.
 */
export function parseRfc3339(text: string): number | undefined {
  const dayMs = parseFullDate(text);
  if (dayMs === undefined || text.length === DATE_LENGTH) return dayMs;
  const timeMs = parseTimeOfDay(text);
  if (timeMs === undefined) return undefined;
  const { fractionMs, end } = parseFraction(text);
  const offsetMs = parseOffset(text, end);
  return offsetMs === undefined ? undefined : dayMs + timeMs + fractionMs - offsetMs;
}

const DATE_LENGTH = 10;
const TIME_END = 19;
const FRACTION_DIGITS_MAX = 9;
const MINUTE_MS = 60_000;
const DOT = 46;
const DASH = 45;
const COLON = 58;

function parseFullDate(text: string): number | undefined {
  if (text.length < DATE_LENGTH || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) {
    return undefined;
  }
  const year = digitsAt(text, 0, 4);
  const month = digitsAt(text, 5, 2);
  const day = digitsAt(text, 8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return epochDayOf(year, month, day) * DAY_MS;
}

function parseTimeOfDay(text: string): number | undefined {
  if (text.charAt(10) !== 'T' || text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) {
    return undefined;
  }
  const hour = digitsAt(text, 11, 2);
  const minute = digitsAt(text, 14, 2);
  const second = digitsAt(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  return (hour * 60 + minute) * MINUTE_MS + second * 1_000;
}

/** An absent fraction ends where it would begin; one without digits ends at its dot, where no offset can be. */
function parseFraction(text: string): { readonly fractionMs: number; readonly end: number } {
  if (text.charCodeAt(TIME_END) !== DOT) return { fractionMs: 0, end: TIME_END };
  let end = TIME_END + 1;
  let fractionMs = 0;
  let unitMs = 100;
  while (end <= TIME_END + FRACTION_DIGITS_MAX) {
    const digit = digitsAt(text, end, 1);
    if (digit < 0) break;
    fractionMs += digit * unitMs;
    unitMs = unitMs === 1 ? 0 : unitMs / 10;
    end += 1;
  }
  return end === TIME_END + 1 ? { fractionMs: 0, end: TIME_END } : { fractionMs, end };
}

function parseOffset(text: string, start: number): number | undefined {
  const sign = text.charAt(start);
  if (sign === 'Z') return text.length === start + 1 ? 0 : undefined;
  if (sign !== '+' && sign !== '-') return undefined;
  const hour = digitsAt(text, start + 1, 2);
  const minute = digitsAt(text, start + 4, 2);
  if (text.length !== start + 6 || text.charCodeAt(start + 3) !== COLON) return undefined;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (hour * 60 + minute) * MINUTE_MS;
}

/** The number that `count` ASCII digits at `start` write, or −1 when one of them is something else. */
function digitsAt(text: string, start: number, count: number): number {
  let value = 0;
  for (let i = start; i < start + count; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
