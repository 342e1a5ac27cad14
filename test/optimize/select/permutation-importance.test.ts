import { describe, expect, it } from 'vitest';
import { sigmoid } from '../../../src/core/sigmoid.ts';
import type { Scorer } from '../../../src/optimize/select/fit-scorer.ts';
import { permutationImportance } from '../../../src/optimize/select/permutation-importance.ts';
import { selectionRows } from './selection-rows.ts';

const options = { repeats: 3, blockLength: 1, resamples: 200, confidence: 0.95, seed: 1 };
const signal = ([a = 0, b = 0]: readonly number[]): number => 2 * a + 0.5 * b;
const heldOut = selectionRows({
  count: 800,
  normals: 3,
  seed: 2,
  isPositive: (normals, random) => random.uniform() < sigmoid(signal(normals)),
});

const scorer =
  (logitOf: (row: readonly number[]) => number): Scorer =>
  (features) =>
    Array.from({ length: features.length / 3 }, (_, i) =>
      sigmoid(logitOf([...features.subarray(3 * i, 3 * i + 3)])),
    );

describe('permutationImportance', () => {
  const importances = permutationImportance([{ score: scorer(signal), heldOut }], options);

  it('is greater for what the model uses more, with an interval around it', () => {
    const [a, b] = importances;
    expect(a?.importance).toBeGreaterThan(5 * (b?.importance ?? 1));
    expect(b?.low).toBeGreaterThan(0);
    for (const { importance, low, high } of importances) {
      expect(low).toBeLessThanOrEqual(importance);
      expect(high).toBeGreaterThanOrEqual(importance);
    }
  });

  it('is 0 for what the model does not use', () => {
    expect(importances[2]).toEqual({ importance: 0, low: 0, high: 0 });
  });

  it('is below 0 for what misleads the model', () => {
    const misled = scorer((row) => signal(row) - (row[1] as number));
    const [, b] = permutationImportance([{ score: misled, heldOut }], options);
    expect(b?.importance).toBeLessThan(0);
  });

  it('pools the folds', () => {
    const twice = permutationImportance(
      [
        { score: scorer(signal), heldOut },
        { score: scorer(() => 0), heldOut },
      ],
      options,
    );
    expect(twice[0]?.importance).toBeCloseTo((importances[0]?.importance ?? 0) / 2, 1);
  });

  it('is the mean of its repeats', () => {
    const [many] = permutationImportance([{ score: scorer(signal), heldOut }], { ...options, repeats: 12 });
    const ratio = (many?.importance ?? 0) / (importances[0]?.importance ?? 1);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.2);
  });

  it('does not change the rows that it permutes', () => {
    const before = heldOut.features.slice();
    permutationImportance([{ score: scorer(signal), heldOut }], options);
    expect(heldOut.features).toEqual(before);
  });
});
