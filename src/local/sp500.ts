import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './build-worker.ts';

/** A bar as it goes over the wire, its time the session's date. */
interface WireBar {
  readonly t: string;
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
}

/** The S&P 500, daily, 2000-01-03 to 2020-04-17, oldest first (npm `vega-datasets`, BSD-3-Clause). */
export async function readSp500(): Promise<readonly WireBar[]> {
  const text = await readFile(join(ROOT, 'node_modules/vega-datasets/data/sp500-2000.csv'), 'utf8');
  return text.trimEnd().split('\n').slice(1).map(parseRow);
}

function parseRow(row: string): WireBar {
  const [t = '', o, h, l, c, , v] = row.split(',');
  return { t, o: Number(o), h: Number(h), l: Number(l), c: Number(c), v: Number(v) };
}
