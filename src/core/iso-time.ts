import { civilDateOf, DAY_MS } from './civil-date.ts';

/** From 1000-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z the year has four digits. */
const FOUR_DIGITS_MS_MIN = -30_610_224_000_000;
const FOUR_DIGITS_MS_MAX = 253_402_300_799_999;

const padded = (length: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, value) => value.toString().padStart(length, '0'));

const twoDigits = padded(2, 60);
const threeDigits = padded(3, 1_000);

function dateText(epochDay: number): string {
  const { year, month, day } = civilDateOf(epochDay);
  return `${year}-${twoDigits[month] as string}-${twoDigits[day] as string}`;
}

/** Nearly all are of one day. */
let lastDay = { epochDay: 0, text: '1970-01-01' };

/** `new Date(epochMs).toISOString()` of an integer, at a fraction of its cost. Throws as that does. */
export function isoTime(epochMs: number): string {
  const isUsual = Number.isInteger(epochMs) && epochMs >= FOUR_DIGITS_MS_MIN && epochMs <= FOUR_DIGITS_MS_MAX;
  if (!isUsual) return new Date(epochMs).toISOString();
  const epochDay = Math.floor(epochMs / DAY_MS);
  const ms = epochMs - epochDay * DAY_MS;
  if (epochDay !== lastDay.epochDay) lastDay = { epochDay, text: dateText(epochDay) };
  const hours = twoDigits[Math.floor(ms / 3_600_000)] as string;
  const minutes = twoDigits[Math.floor(ms / 60_000) % 60] as string;
  const seconds = twoDigits[Math.floor(ms / 1_000) % 60] as string;
  return `${lastDay.text}T${hours}:${minutes}:${seconds}.${threeDigits[ms % 1_000] as string}Z`;
}
