import { civilDateOf, DAY_MS, epochDayAt } from '../../core/civil-date.ts';
import type { Estimate, Figure, Gate, Unit } from '../optimization-report.ts';

/**
 * Numbers as the page shows them: a real minus sign, thousands apart by a narrow space, unit behind a narrow
 * space, "–" for what could not be measured. Independent of locale and engine.
 */
type Format = (value: Figure) => string;

const NARROW_SPACE = '\u202f';
const ABSENT = '–';

export const integer: Format = (value) => decimals(0)(value);
export const decimals =
  (digits: number): Format =>
  (value) =>
    isMeasured(value) ? grouped(value, digits) : ABSENT;

export const percent =
  (digits: number): Format =>
  (share) =>
    withUnit(share === null ? null : share * 100, digits, '%');

/** Differences in which the sign is the message. */
export const signed =
  (format: Format): Format =>
  (value) =>
    isMeasured(value) && value > 0 && /[1-9]/.test(format(value)) ? `+${format(value)}` : format(value);

export const nats: Format = decimals(4);
export const microseconds: Format = (value) => withUnit(value, 2, 'µs');

export const bytes: Format = (value) => {
  if (value === null || value < 1_000) return withUnit(value, 0, 'B');
  return value < 1_000_000 ? withUnit(value / 1_000, 1, 'kB') : withUnit(value / 1_000_000, 2, 'MB');
};

export const duration = (ms: number): string => {
  if (ms < 1_000) return withUnit(ms, 0, 'ms');
  if (ms < 60_000) return withUnit(ms / 1_000, 1, 's');
  const seconds = Math.round(ms / 1_000);
  return `${withUnit(Math.floor(seconds / 60), 0, 'min')} ${withUnit(seconds % 60, 0, 's')}`;
};

/** The UTC day, with the time of day where it is not midnight. */
export const instant = (atMs: number): string => {
  if (!Number.isFinite(atMs)) return ABSENT;
  const day = epochDayAt(atMs);
  const { year, month, day: dayOfMonth } = civilDateOf(day);
  const date = `${year}-${twoDigits(month)}-${twoDigits(dayOfMonth)}`;
  const minutes = Math.floor((atMs - day * DAY_MS) / 60_000);
  return minutes === 0 ? date : `${date} ${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
};

export const interval = ({ low, high }: Estimate, format: Format): string =>
  isMeasured(low) && isMeasured(high) ? `${format(low)} to ${format(high)}` : ABSENT;

export const estimate = (figure: Estimate, format: Format): string =>
  isMeasured(figure.low) && isMeasured(figure.high)
    ? `${format(figure.value)} (${interval(figure, format)})`
    : format(figure.value);

/** Exactly nothing has no decimals: a bound of 0 is not one that was rounded. */
export function quantity(value: Figure, unit: Unit): string {
  switch (unit) {
    case 'nats':
      return withUnit(value, value === 0 ? 0 : 5, 'nats');
    case 'share':
      return percent(value === 0 ? 0 : 2)(value);
    case 'count':
      return integer(value);
    case 'bytes':
      return bytes(value);
    case 'microseconds':
      return microseconds(value);
    case 'ratio':
      return decimals(3)(value);
    case 'plain':
      return setting(value ?? NaN);
  }
}

/** On which side of its bound a statistic has to lie. */
export const senses = {
  above: '>',
  'at-least': '≥',
  'at-most': '≤',
  below: '<',
  equal: '=',
} as const satisfies Record<Gate['sense'], string>;

/** A chosen value of any size: whole numbers as they are, others to four significant digits. */
export function setting(value: number | string | boolean): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (!Number.isFinite(value)) return ABSENT;
  // No thousands apart: a seed or a hash-like number is copied, not read.
  if (Number.isInteger(value)) return minus(String(value));
  return minus(String(Number(value.toPrecision(4))));
}

export const counted = (count: number, one: string, more: string): string =>
  `${integer(count)} ${count === 1 ? one : more}`;

export const shortHash = (hash: string): string => hash.slice(0, 12);

export const isMeasured = (value: Figure | undefined): value is number =>
  value !== null && value !== undefined && Number.isFinite(value);

const withUnit = (value: Figure, digits: number, unit: string): string =>
  isMeasured(value) ? `${grouped(value, digits)}${NARROW_SPACE}${unit}` : ABSENT;

function grouped(value: number, digits: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(digits).split('.') as [string, string?];
  const text = `${whole.replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE)}${fraction === undefined ? '' : `.${fraction}`}`;
  // Nothing but zeros has no sign: −0.0000 would claim a direction that is not shown.
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

const minus = (text: string): string => text.replaceAll('-', '−');
const twoDigits = (value: number): string => String(value).padStart(2, '0');
