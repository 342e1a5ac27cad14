import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WireBar } from '../client/wire-bar.ts';
import { ROOT } from './build-worker.ts';

/**
 * The S&P 500, daily, 2000-01-03 to 2020-04-17, oldest first, as the file has it (npm `vega-datasets`,
 * BSD-3-Clause). The package exports no path to its data, so the file is found by its place.
 */
export function readSp500Csv(): Promise<string> {
  return readFile(join(ROOT, 'node_modules/vega-datasets/data/sp500-2000.csv'), 'utf8');
}

/** The same as a request carries it, the time of each bar its session's date. */
export async function readSp500(): Promise<readonly (WireBar & { readonly t: string })[]> {
  const [, ...rows] = (await readSp500Csv()).trimEnd().split('\n');
  return rows.map(parseRow);
}

function parseRow(row: string): WireBar & { readonly t: string } {
  const [t = '', o, h, l, c, , v] = row.split(',');
  return { t, o: Number(o), h: Number(h), l: Number(l), c: Number(c), v: Number(v) };
}
