import { DAY_MS, epochDayAt, epochDayOf } from '../core/civil-date.ts';
import { exp } from '../core/exp.ts';
import { log } from '../core/log.ts';
import { SeededRandom } from '../core/seeded-random.ts';
import type { Bar } from '../features/bar.ts';

interface DemoSeries {
  readonly seed: number;
  /** The last bar is the last day that has closed by then. Epoch milliseconds. */
  readonly endMs: number;
  readonly count: number;
}

/**
 * Daily bars, every day of the week, of a security that does not exist: a geometric random walk, 1.5 % a day,
 * with a weak pull towards 100 that keeps prices sane over decades. Prices are whole cents.
 *
 * A day's bar depends on the seed and the day alone, so a later call continues an earlier one. Throws when the
 * days asked for reach back before 2010.
 */
export function demoBars({ seed, endMs, count }: DemoSeries): readonly Bar[] {
  const lastDay = epochDayAt(endMs) - 1;
  const skipped = lastDay + 1 - count - FIRST_DAY;
  if (skipped < 0)
    throw new RangeError(`the demo series has no ${count} days before ${new Date(endMs).toISOString()}`);
  const walk = new DemoWalk(seed);
  for (let i = 0; i < skipped; i += 1) walk.next();
  return Array.from({ length: count }, () => walk.next());
}

const FIRST_DAY = epochDayOf(2010, 1, 1);
const LOG_PRICE_MEAN = log(100);
const DAILY_VOLATILITY = 0.015;
const PULL_PER_DAY = 0.002;

class DemoWalk {
  readonly #random: SeededRandom;
  #day = FIRST_DAY;
  #logPrice = LOG_PRICE_MEAN;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  next(): Bar {
    const random = this.#random;
    const open = exp(this.#logPrice);
    this.#logPrice += DAILY_VOLATILITY * random.normal() - PULL_PER_DAY * (this.#logPrice - LOG_PRICE_MEAN);
    const close = exp(this.#logPrice);
    const above = 1 + 0.5 * DAILY_VOLATILITY * Math.abs(random.normal());
    const below = 1 - 0.5 * DAILY_VOLATILITY * random.uniform();
    const volume = Math.round(1_000_000 * exp(0.3 * random.normal()));
    const tMs = this.#day * DAY_MS;
    this.#day += 1;
    return {
      tMs,
      open: cents(open),
      high: cents(Math.max(open, close) * above),
      low: cents(Math.min(open, close) * below),
      close: cents(close),
      volume,
    };
  }
}

const cents = (price: number): number => Math.round(price * 100) / 100;
