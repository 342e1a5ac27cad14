import { describe, expect, it } from 'vitest';
import { madelon } from '../../../src/optimize/prove/madelon.ts';
import { ColumnBasis, standardised } from '../../../src/optimize/select/column-basis.ts';

const options = {
  rowCount: 1_000,
  featureCount: 15,
  informativeCount: 5,
  redundantCount: 3,
  clustersPerClass: 2,
  separation: 1,
  flipShare: 0,
  seed: 4,
};

describe('madelon', () => {
  const { rows, informative, redundant } = madelon(options);

  it('makes redundant features of the informative ones and of nothing else', () => {
    const basis = new ColumnBasis();
    for (const feature of informative) basis.explain(standardised(rows, feature)).extend();
    for (let feature = 0; feature < 15; feature += 1) {
      const { r2 } = basis.explain(standardised(rows, feature));
      if (redundant.includes(feature)) expect(r2).toBeCloseTo(1, 9);
      else if (!informative.includes(feature)) expect(r2).toBeLessThan(0.02);
    }
    expect(new Set([...informative, ...redundant]).size).toBe(8);
  });

  it('has about as many rows of either label', () => {
    const positives = rows.labels.reduce((sum, label) => sum + label, 0);
    expect(Math.abs(positives - 500)).toBeLessThan(60);
  });

  it('is the same for the same seed and another for another', () => {
    expect(madelon(options)).toEqual({ rows, informative, redundant });
    expect(madelon({ ...options, seed: 5 }).rows.features).not.toEqual(rows.features);
  });
});
