import { describe, expect, it } from 'vitest';
import { sigmoid } from '../../../src/core/sigmoid.ts';
import type { FitScorer } from '../../../src/optimize/select/fit-scorer.ts';
import { dropRedundant } from '../../../src/optimize/select/redundancy.ts';
import { selectionTrees } from '../../../src/optimize/select/selection-trees.ts';
import { spareNeeded } from '../../../src/optimize/select/spare-needed.ts';
import { treeScorer } from '../../../src/optimize/select/tree-scorer.ts';
import { walkForwardFolds } from '../../../src/optimize/select/walk-forward-folds.ts';
import { logisticLogits, trainLogistic } from '../../../src/optimize/train/logistic.ts';
import { selectionRows } from './selection-rows.ts';

// The label is in the third column alone, which is a combination of the first two; the fourth is a copy of the third.
const rows = selectionRows({
  count: 1_500,
  normals: 2,
  seed: 6,
  derived: ([a = 0, b = 0], random) => [a + b, a + b + 0.05 * random.normal()],
  isPositive: ([a = 0, b = 0], random) => Math.abs(a + b) + 0.2 * random.normal() > 1,
});
const folds = walkForwardFolds(rows.count, 0);
const findings = dropRedundant(rows, { ranked: [0, 1, 2, 3], r2Min: 0.95 });

const linear: FitScorer = (train) => {
  const inputs = Float64Array.from(train.features);
  const parameters = trainLogistic({ ...train, inputs, labels: train.labels }, 1e-3);
  return (features) => logisticLogits(parameters, Float64Array.from(features)).map(sigmoid);
};

describe('spareNeeded', () => {
  it('gives back the combination that trees along the axes miss', () => {
    expect(findings.map(({ verdict }) => verdict)).toEqual(['kept', 'kept', 'redundant', 'redundant']);
    const spared = spareNeeded(rows, findings, { folds, fitScorer: treeScorer(selectionTrees), seed: 1 });
    expect(spared.filter(({ verdict }) => verdict === 'needed').length).toBeGreaterThanOrEqual(1);
    for (const finding of spared) {
      if (finding.verdict === 'needed') expect(finding.lossRise).toBeGreaterThan(0);
    }
  });

  it('asks nobody about a copy of one feature', () => {
    const copies = dropRedundant(rows, { ranked: [2, 3, 1], r2Min: 0.95 });
    expect(copies[1]?.verdict).toBe('copy');
    const spared = spareNeeded(rows, copies, {
      folds,
      fitScorer: () => {
        throw new Error('was asked');
      },
      seed: 1,
    });
    expect(spared).toEqual(copies);
  });

  it('lets a linear model do without what is linear in the others', () => {
    const noisy = dropRedundant(rows, { ranked: [0, 1, 2], r2Min: 0.95 });
    const spared = spareNeeded(rows, noisy, { folds, fitScorer: linear, seed: 1 });
    const finding = spared[2];
    const rise = finding?.verdict === 'needed' ? finding.lossRise : 0;
    expect(rise).toBeLessThan(1e-4);
  });
});
