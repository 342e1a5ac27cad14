import { describe, expect, it } from 'vitest';
import { selectionEffects } from '../../../src/optimize/select/selection-effects.ts';
import { selectionTrees } from '../../../src/optimize/select/selection-trees.ts';
import { treeScorer } from '../../../src/optimize/select/tree-scorer.ts';
import { walkForwardFolds } from '../../../src/optimize/select/walk-forward-folds.ts';
import type { LabelledRows } from '../../../src/optimize/train/labelled-rows.ts';
import { takeRows } from '../../../src/optimize/train/take-rows.ts';
import { selectionRows } from './selection-rows.ts';

const rows = selectionRows({
  count: 1_200,
  normals: 30,
  seed: 8,
  isPositive: ([a = 0], random) => a + random.normal() > 0,
});
const folds = walkForwardFolds(rows.count, 5);
const options = {
  folds,
  fitScorer: treeScorer(selectionTrees),
  blockLength: 1,
  resamples: 200,
  confidence: 0.95,
  seed: 1,
};

describe('selectionEffects', () => {
  it('shows the selection the training rows of a fold and nothing else', () => {
    const seen: LabelledRows[] = [];
    const selectOn = (train: LabelledRows) => {
      seen.push(train);
      return { only: [0] };
    };
    selectionEffects(rows, { ...options, steps: ['only'], selectOn });
    expect(seen).toEqual(folds.map(({ train }) => takeRows(rows, train)));
  });

  it('tells what helps from what hurts, and leaves 0 where nothing was dropped', () => {
    const all = Array.from({ length: 30 }, (_, feature) => feature);
    const effects = selectionEffects(rows, {
      ...options,
      steps: ['nothing', 'noise', 'signal'],
      selectOn: () => ({ nothing: all, noise: [0], signal: all.slice(1) }),
    });
    expect(effects.nothing.areaUnderCurve).toMatchObject({ difference: 0, low: 0, high: 0 });
    expect(effects.noise.logLoss.difference).toBeLessThan(0);
    expect(effects.noise.areaUnderCurve.difference).toBeGreaterThan(0);
    expect(effects.signal.areaUnderCurve.high).toBeLessThan(-0.1);
    expect(effects.signal.logLoss.low).toBeGreaterThan(0);
    expect(effects.signal.keptCounts).toEqual([29, 29, 29]);
  });

  it('takes the share of positives for a model without features', () => {
    const effects = selectionEffects(rows, { ...options, steps: ['none'], selectOn: () => ({ none: [] }) });
    expect(effects.none.areaUnderCurve.withKept).toBe(0.5);
    expect(effects.none.logLoss.withKept).toBeCloseTo(Math.LN2, 2);
  });
});
