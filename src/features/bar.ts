import { isDecimal } from './decimal.ts';
import { parseInstant } from './instant.ts';

/** One period of trading. Prices > 0, volume ≥ 0, all finite; low ≤ open, close ≤ high. */
export interface Bar {
  /** Start of the bar, epoch milliseconds. A daily bar of an exchange names its session by its UTC date. */
  readonly tMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface BarLimits {
  /** A bar that starts after it is refused. Epoch milliseconds. */
  readonly nowMs: number;
  /** More rows than these are refused unread. */
  readonly barsMax: number;
}

export interface BarFault {
  /** Where in the request, e.g. `bars[3].h`. */
  readonly path: string;
  readonly code: BarFaultCode;
  readonly message: string;
}

export type BarFaultCode =
  | 'NOT_AN_ARRAY'
  | 'TOO_MANY'
  | 'NOT_AN_OBJECT'
  | 'MISSING'
  | 'WRONG_TYPE'
  | 'NOT_DECIMAL'
  | 'NOT_FINITE'
  | 'NOT_POSITIVE'
  | 'NEGATIVE'
  | 'HIGH_BELOW_LOW'
  | 'HIGH_BELOW_BODY'
  | 'LOW_ABOVE_BODY'
  | 'NOT_A_TIME'
  | 'NOT_ASCENDING'
  | 'IN_FUTURE';

export type ValidatedBars =
  | { readonly ok: true; readonly bars: readonly Bar[] }
  | { readonly ok: false; readonly faults: readonly BarFault[] };

/** Faults reported at most; reading stops there. */
const BAR_FAULTS_MAX = 20;

/**
 * The one door through which bars enter. `rows` is the wire form: an array of
 * `{t, o, h, l, c, v}`, where `t` is RFC 3339 or integer epoch milliseconds and the others are JSON numbers or
 * decimal strings. Total over every value JSON can express; other properties of a row are not looked at.
 *
 * Faults come in the order of the rows. A row's relations (high against low, time against the row before) are
 * only judged on values that are valid themselves, so one mistake is not reported twice.
 */
export function validateBars(rows: unknown, limits: BarLimits): ValidatedBars {
  const faults = new Faults();
  if (!Array.isArray(rows)) {
    faults.add('bars', 'NOT_AN_ARRAY', 'must be an array of bars');
  } else if (rows.length > limits.barsMax) {
    faults.add('bars', 'TOO_MANY', `must have at most ${limits.barsMax} bars, has ${rows.length}`);
  }
  if (!Array.isArray(rows) || !faults.isEmpty) return { ok: false, faults: faults.list };

  const bars: Bar[] = [];
  let previousMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows.length && !faults.isFull; i += 1) {
    const bar = readBar(rows[i], i, limits.nowMs, previousMs, faults);
    if (Number.isFinite(bar.tMs)) previousMs = bar.tMs;
    bars.push(bar);
  }
  return faults.isEmpty ? { ok: true, bars } : { ok: false, faults: faults.list };
}

/** ECMAScript lets engines differ in the value of a literal with more significant digits than this. */
const DECIMAL_DIGITS_MAX = 20;

const INVALID_BAR: Bar = { tMs: NaN, open: NaN, high: NaN, low: NaN, close: NaN, volume: NaN };

class Faults {
  readonly list: BarFault[] = [];
  get isEmpty(): boolean {
    return this.list.length === 0;
  }
  get isFull(): boolean {
    return this.list.length >= BAR_FAULTS_MAX;
  }
  add(path: string, code: BarFaultCode, message: string): void {
    if (!this.isFull) this.list.push({ path, code, message });
  }
}

/** The bar, with NaN where a value was reported as a fault. */
function readBar(row: unknown, index: number, nowMs: number, previousMs: number, faults: Faults): Bar {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    faults.add(`bars[${index}]`, 'NOT_AN_OBJECT', 'must be an object {t, o, h, l, c, v}');
    return INVALID_BAR;
  }
  const { t, o, h, l, c, v } = row as Readonly<Record<string, unknown>>;
  const bar: Bar = {
    tMs: readTime(t, index, nowMs, previousMs, faults),
    open: readPrice(o, index, 'o', faults),
    high: readPrice(h, index, 'h', faults),
    low: readPrice(l, index, 'l', faults),
    close: readPrice(c, index, 'c', faults),
    volume: readVolume(v, index, faults),
  };
  checkRange(bar, index, faults);
  return bar;
}

function readTime(value: unknown, index: number, nowMs: number, previousMs: number, faults: Faults): number {
  const path = (): string => `bars[${index}].t`;
  if (value === undefined || value === null) {
    faults.add(path(), 'MISSING', 'is required');
    return NaN;
  }
  if (typeof value !== 'string' && typeof value !== 'number') {
    faults.add(path(), 'WRONG_TYPE', 'must be an RFC 3339 string or epoch milliseconds');
    return NaN;
  }
  const tMs = parseInstant(value);
  if (tMs === undefined) {
    faults.add(path(), 'NOT_A_TIME', 'must be an RFC 3339 time or date, or integer epoch milliseconds');
    return NaN;
  }
  if (tMs > nowMs) faults.add(path(), 'IN_FUTURE', 'lies in the future');
  if (tMs <= previousMs) faults.add(path(), 'NOT_ASCENDING', 'must be later than the bar before it');
  return tMs;
}

function readPrice(value: unknown, index: number, key: string, faults: Faults): number {
  const price = readNumber(value, index, key, faults);
  if (price <= 0) {
    faults.add(`bars[${index}].${key}`, 'NOT_POSITIVE', 'must be greater than 0');
    return NaN;
  }
  return price;
}

function readVolume(value: unknown, index: number, faults: Faults): number {
  const volume = readNumber(value, index, 'v', faults);
  if (volume < 0) {
    faults.add(`bars[${index}].v`, 'NEGATIVE', 'must not be negative');
    return NaN;
  }
  // A volume of −0 would show in the sign bit of what is computed from it.
  return volume + 0;
}

function readNumber(value: unknown, index: number, key: string, faults: Faults): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string' && isDecimal(value, DECIMAL_DIGITS_MAX)) return Number(value);
  const path = `bars[${index}].${key}`;
  if (value === undefined || value === null) {
    faults.add(path, 'MISSING', 'is required');
  } else if (typeof value === 'number') {
    faults.add(path, 'NOT_FINITE', 'must be a finite number');
  } else if (typeof value === 'string') {
    faults.add(path, 'NOT_DECIMAL', `must be a plain decimal of at most ${DECIMAL_DIGITS_MAX} digits`);
  } else {
    faults.add(path, 'WRONG_TYPE', 'must be a number or a decimal string');
  }
  return NaN;
}

/** Comparisons with NaN are false, so a value that was reported already adds nothing here. */
function checkRange({ open, high, low, close }: Bar, index: number, faults: Faults): void {
  if (high < low) {
    faults.add(`bars[${index}].h`, 'HIGH_BELOW_LOW', 'must not be below l');
    return;
  }
  if (high < open || high < close) {
    faults.add(`bars[${index}].h`, 'HIGH_BELOW_BODY', 'must not be below o or c');
  }
  if (low > open || low > close) {
    faults.add(`bars[${index}].l`, 'LOW_ABOVE_BODY', 'must not be above o or c');
  }
}
