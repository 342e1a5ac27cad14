import { readFileSync } from 'node:fs';
import type { Bar } from '../src/features/bar.ts';

const CSV = new URL('../node_modules/vega-datasets/data/sp500-2000.csv', import.meta.url);

/** Dates of the S&P 500's trading days, 2000-01-03 to 2020-04-17, as the file has them. */
export const sp500Dates: readonly string[] = rows().map(([date]) => date as string);

/** The same days as bars; `tMs` is 00:00:00Z of the date. */
export const sp500Bars: readonly Bar[] = rows().map(([date, open, high, low, close, , volume]) => ({
  tMs: Date.parse(`${date}T00:00:00Z`),
  open: Number(open),
  high: Number(high),
  low: Number(low),
  close: Number(close),
  volume: Number(volume),
}));

function rows(): string[][] {
  const [, ...lines] = readFileSync(CSV, 'utf8').trim().split('\n');
  return lines.map((line) => line.split(','));
}
