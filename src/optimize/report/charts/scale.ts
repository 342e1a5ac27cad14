import { civilDateOf, DAY_MS, epochDayAt, epochDayOf } from '../../../core/civil-date.ts';
import { exp } from '../../../core/exp.ts';
import { log } from '../../../core/log.ts';
import type { Figure } from '../../optimization-report.ts';
import { decimals, instant, isMeasured } from '../format.ts';

/** From values to pixels. */
export type Scale = (value: number) => number;

export interface Tick {
  readonly value: number;
  readonly label: string;
}

export interface Extent {
  readonly low: number;
  readonly high: number;
}

/** A domain of no length maps to the middle of the range. */
export function linearScale({ low, high }: Extent, from: number, to: number): Scale {
  const span = high - low;
  return span > 0 ? (value) => from + ((value - low) / span) * (to - from) : () => (from + to) / 2;
}

/** `low` > 0. */
export function logScale({ low, high }: Extent, from: number, to: number): Scale {
  const linear = linearScale({ low: log(low), high: log(high) }, from, to);
  return (value) => linear(log(value));
}

/** Of the values that were measured, widened at both ends by the share `margin`; [0, 1] when there are none. */
export function extentOf(values: Iterable<Figure>, margin: number): Extent {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!isMeasured(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return { low: 0, high: 1 };
  const widening = (high - low) * margin || Math.abs(low) * 0.1 || 1;
  return { low: low - widening, high: high + widening };
}

/** Of values above 0, widened at both ends by the share `margin` of the span of their logarithms. */
export function logExtentOf(values: Iterable<number>, margin: number): Extent {
  const { low, high } = extentOf(Array.from(values, log), margin);
  return { low: exp(low), high: exp(high) };
}

/** 1, 2 and 5 times the powers of ten inside the extent (`low` > 0); evenly spaced ones where those are too few. */
export function logTicks(extent: Extent, count: number): readonly Tick[] {
  const { low, high } = extent;
  const ticks: Tick[] = [];
  for (let digits = LOG_DIGITS_MAX; digits > -LOG_DIGITS_MAX; digits -= 1) {
    for (const multiple of [1, 2, 5]) {
      const value = Number(`${multiple}e${-digits}`);
      if (value >= low && value <= high) ticks.push({ value, label: decimals(Math.max(0, digits))(value) });
    }
  }
  return ticks.length < 3 ? niceTicks(extent, count) : ticks;
}

const LOG_DIGITS_MAX = 12;

/** Multiples of 1, 2 or 5 times a power of ten inside the extent, about `count` of them. */
export function niceTicks({ low, high }: Extent, count: number): readonly Tick[] {
  const { step, digits } = niceStep((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const label = decimals(digits);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = (first + i) * step;
    return { value, label: label(value) };
  });
}

/** The first step of 1, 2, 5 × 10ᵏ at or above `least`, and the decimals that tell its multiples apart. */
function niceStep(least: number): { readonly step: number; readonly digits: number } {
  let power = 1;
  let digits = 0;
  while (power > least && digits < 12) {
    power /= 10;
    digits += 1;
  }
  while (power * 10 <= least) power *= 10;
  const multiple = [1, 2, 5].find((candidate) => candidate * power >= least) ?? 10;
  return { step: multiple * power, digits: multiple === 10 ? Math.max(0, digits - 1) : digits };
}

/** First days of years, quarters or months (UTC), or equal parts of shorter spans; at most about `count`. */
export function timeTicks({ low, high }: Extent, count: number): readonly Tick[] {
  const months = (high - low) / (DAY_MS * 30.44);
  if (months < 2) return evenTimes({ low, high }, Math.max(1, Math.floor(count / 2)));
  const stepMonths = [1, 3, 6, 12, 24, 60, 120].find((step) => months / step <= count) ?? 240;
  const ticks: Tick[] = [];
  const { year } = civilDateOf(epochDayAt(low));
  const start = year - (year % Math.max(1, stepMonths / 12));
  for (let month = 0; ; month += stepMonths) {
    const at = { year: start + Math.floor(month / 12), month: (month % 12) + 1 };
    const value = epochDayOf(at.year, at.month, 1) * DAY_MS;
    if (!(value <= high)) return ticks;
    const label = stepMonths >= 12 ? String(at.year) : `${at.year}-${String(at.month).padStart(2, '0')}`;
    if (value >= low) ticks.push({ value, label });
  }
}

const evenTimes = ({ low, high }: Extent, count: number): readonly Tick[] =>
  Array.from({ length: count + 1 }, (_, i) => {
    const value = low + ((high - low) * i) / count;
    return { value, label: instant(value) };
  });
