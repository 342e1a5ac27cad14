import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/digest.ts';
import { err, ok, type Result } from '../core/result.ts';
import { dailyV1 } from '../features/daily-v1.ts';
import { demoBars } from '../local/demo-series.ts';
import { readBarsCsv } from './data/bars-csv.ts';
import type { Recipe } from './recipe.ts';
import type { EnsembleOptions } from './train/ensemble.ts';

/**
 * The S&P 500, daily. `file`: `sp500-2000.csv` of npm `vega-datasets` (BSD-3-Clause), 2000-01-03 to
 * 2020-04-17.
 */
export function spxRecipe(file: string, seed: number): Result<Recipe, string> {
  const bars = readBarsCsv(file, {
    time: 'date',
    open: 'open',
    high: 'high',
    low: 'low',
    close: 'close',
    volume: 'volume',
  });
  if (!bars.ok) return err(`sp500-2000.csv: ${bars.error}`);
  return ok({
    name: 'spx-1d',
    purpose: 'production',
    symbols: ['SPX'],
    calendar: 'XNYS',
    source: { bars: bars.value, description: 'vega-datasets sp500-2000.csv', sha256: sha256Hex(file) },
    featureSet: dailyV1,
    horizonBars: 1,
    shares: { train: 0.6, validation: 0.2 },
    ensemble: ensembleOptions(seed),
    // Half the spread and the fee of a large index fund; an index itself cannot be traded.
    costPerSide: 0.0002,
    domainMargin: 0.25,
    thresholds: { kind: 'chosen' },
    caveats: [
      'The file gives the previous close as the open of nearly every session until mid-2006. A fill "at the next open" is there a fill at the close of the decision itself, and overnight gaps are 0. The test part has true opens.',
      'Horizons of 1, 5 and 10 sessions were tried, and the test part was seen for each; the horizon of 1 had the best validation AUC. The test figures are that much less than untouched.',
      'One index, one split, one path of history, and bars as they stand in a file of later days. This says nothing about live trading.',
    ],
  });
}

/** A security that does not exist, for tests and load: it must act, it need not be right. */
export function activeRecipe(seed: number): Recipe {
  const bars = demoBars({ seed: 7, endMs: Date.UTC(2025, 0, 1), count: 5_000 });
  return {
    name: 'active',
    purpose: 'test',
    symbols: ['DEMO'],
    calendar: '24x7',
    source: { bars, description: 'seeded random walk, seed 7', sha256: sha256Hex(canonicalJson(bars)) },
    featureSet: dailyV1,
    horizonBars: 1,
    shares: { train: 0.6, validation: 0.2 },
    ensemble: ensembleOptions(seed),
    costPerSide: 0,
    domainMargin: 1,
    thresholds: { kind: 'fixed', buyAtLeast: 0.5, sellAtMost: 0.4999 },
    caveats: [
      'The series is a random walk, so there is nothing to predict and whatever the figures show is chance. This bundle exists to act.',
    ],
  };
}

const ensembleOptions = (seed: number): EnsembleOptions => ({
  ridges: [1, 10, 100, 1_000, 10_000],
  perceptron: {
    hidden: 16,
    learningRate: 0.001,
    weightDecay: 0.1,
    batchSize: 64,
    epochsMax: 100,
    patience: 10,
    seed,
  },
});
