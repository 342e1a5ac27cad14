import type { Bar } from '../src/features/bar.ts';
import { readSp500 } from '../src/local/sp500.ts';

const rows = await readSp500();

/** Dates of the S&P 500's trading days, 2000-01-03 to 2020-04-17, as the file has them. */
export const sp500Dates: readonly string[] = rows.map(({ t }) => t);

/** The same days as bars; `tMs` is 00:00:00Z of the date. */
export const sp500Bars: readonly Bar[] = rows.map(({ t, o, h, l, c, v }) => ({
  tMs: Date.parse(`${t}T00:00:00Z`),
  open: Number(o),
  high: Number(h),
  low: Number(l),
  close: Number(c),
  volume: Number(v),
}));
