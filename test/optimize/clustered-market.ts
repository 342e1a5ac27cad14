import { exp } from '../../src/core/exp.ts';
import { SeededRandom } from '../../src/core/seeded-random.ts';

interface ClusteredMarket {
  readonly seed: number;
  readonly count: number;
  /** The last day, epoch milliseconds. */
  readonly endMs: number;
  readonly hasRange: boolean;
}

const DAY_MS = 86_400_000;

/**
 * A CSV file of daily bars, every day of the week, in which large moves come in spells of calm and storm: what a risk
 * head can learn from a few hundred rows, so that a candidate passes the gates of production.
 */
export function clusteredMarketCsv({ seed, count, endMs, hasRange }: ClusteredMarket): string {
  const random = new SeededRandom(seed);
  let logPrice = 4.6;
  let isStorm = false;
  const rows = Array.from({ length: count }, (_, i) => {
    if (random.uniform() < 0.04) isStorm = !isStorm;
    const deviation = isStorm ? 0.03 : 0.004;
    const open = exp(logPrice);
    logPrice += deviation * random.normal() - 0.02 * (logPrice - 4.6);
    const close = exp(logPrice);
    const high = Math.max(open, close) * (1 + deviation * random.uniform());
    const low = Math.min(open, close) * (1 - deviation * random.uniform());
    const volume = 1_000 + random.below(1_000);
    const day = new Date(endMs - (count - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    const prices = [open, high, low, close].map((price) => price.toFixed(4));
    return hasRange ? [day, ...prices, volume].join(',') : `${day},${prices[3]}`;
  });
  return `${[hasRange ? 'Date,Open,High,Low,Close,Volume' : 'Date,Close', ...rows].join('\n')}\n`;
}
