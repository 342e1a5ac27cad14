import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../core/digest.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { ROOT } from '../../local/build-worker.ts';
import { readSp500Csv } from '../../local/sp500.ts';
import { type MarketData, readMarketCsv } from './read-market-csv.ts';

/** A series that comes with the project, daily. */
interface ReadySource {
  readonly symbol: string;
  /** What it is and where it comes from, for a manifest. */
  readonly description: string;
  readonly readCsv: () => Promise<string>;
}

const readDataset = (file: string): Promise<string> => readFile(join(ROOT, 'datasets', file), 'utf8');

const READY_SOURCES = {
  spx: {
    symbol: 'SPX',
    description: 'vega-datasets sp500-2000.csv',
    readCsv: readSp500Csv,
  },
  brent: {
    symbol: 'BRENT',
    description: 'Europe Brent spot price FOB, U.S. Energy Information Administration, PET.RBRTE.D',
    readCsv: () => readDataset('brent-daily.csv'),
  },
  wti: {
    symbol: 'WTI',
    description: 'Crude oil prices: WTI, Cushing, U.S. Energy Information Administration, FRED DCOILWTICO',
    readCsv: () => readDataset('wti-daily.csv'),
  },
} as const satisfies Record<string, ReadySource>;

export type SourceName = keyof typeof READY_SOURCES;

export const sourceNames: readonly SourceName[] = ['spx', 'brent', 'wti'];

export interface SourceData extends MarketData {
  readonly symbol: string;
  readonly description: string;
  /** Of the file. */
  readonly sha256: string;
}

/** Daily bars of a ready source, through the same reader as anybody's file. */
export async function readSource(name: SourceName): Promise<Result<SourceData, string>> {
  const { symbol, description, readCsv } = READY_SOURCES[name];
  const text = await readCsv();
  const read = readMarketCsv(text, { columns: {}, interval: '1d' });
  if (!read.ok) return err(`${name}: ${read.error}`);
  return ok({ ...read.value, symbol, description, sha256: sha256Hex(text) });
}
