import { describe, expect, it } from 'vitest';
import { dropUseless, type UselessOptions } from '../../../src/optimize/select/drop-useless.ts';
import { selectionTrees } from '../../../src/optimize/select/selection-trees.ts';
import { treeScorer } from '../../../src/optimize/select/tree-scorer.ts';
import { walkForwardFolds } from '../../../src/optimize/select/walk-forward-folds.ts';
import { selectionRows } from './selection-rows.ts';

const rows = selectionRows({
  count: 900,
  normals: 5,
  seed: 4,
  isPositive: ([a = 0, b = 0], random) => a + 0.6 * b + random.normal() > 0,
});
const options: UselessOptions = {
  candidates: [0, 1, 2, 3, 4],
  folds: walkForwardFolds(900, 0),
  fitScorer: treeScorer(selectionTrees),
  repeats: 3,
  blockLength: 1,
  resamples: 100,
  confidence: 0.95,
  seed: 1,
};

describe('dropUseless', () => {
  it('drops one at a time, the worst first, until all that stand help on later rows', () => {
    const models: number[] = [];
    const fitScorer: UselessOptions['fitScorer'] = (train, seed) => {
      models.push(train.width);
      return options.fitScorer(train, seed);
    };
    const findings = dropUseless(rows, { ...options, fitScorer });
    const useful = findings.filter(({ verdict }) => verdict === 'useful');
    expect(useful.map(({ feature }) => feature)).toEqual(expect.arrayContaining([0, 1]));
    expect(useful.every(({ importance }) => importance > 0)).toBe(true);
    const useless = findings.filter(({ verdict }) => verdict === 'useless');
    expect(useless.length).toBeGreaterThan(0);
    expect(useless.every(({ importance, feature }) => importance <= 0 && feature > 1)).toBe(true);
    expect(models).toEqual(Array.from({ length: useless.length + 1 }, (_, k) => Array(3).fill(5 - k)).flat());
    expect(findings).toHaveLength(5);
  });

  it('drops all where none helps', () => {
    const unrelated: UselessOptions['fitScorer'] = () => (features) =>
      new Float64Array(features.length).fill(0.5);
    const findings = dropUseless(rows, { ...options, fitScorer: unrelated });
    expect(findings.map(({ verdict }) => verdict)).toEqual(Array(5).fill('useless'));
  });
});
