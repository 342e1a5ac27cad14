import { describe, expect, it } from 'vitest';
import { contractBars } from '../../src/features/contract-bars.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { type FeatureVector, featureVector } from '../../src/features/vector.ts';
import { createVectorFold, type VectorFold } from '../../src/features/vector-fold.ts';

function vectorOf(fold: VectorFold): FeatureVector {
  const values = new Float64Array(dailyV1.indicators.length);
  return { undefinedNames: fold.writeTo(values), values };
}

describe('a vector folded bar by bar', () => {
  it('has at every bar the bits of the vector over the bars until then', () => {
    const bars = contractBars(400);
    const fold = createVectorFold(dailyV1);
    for (const [index, bar] of bars.entries()) {
      fold.push(bar);
      if (index + 1 < dailyV1.windowBars) continue;
      expect(vectorOf(fold)).toEqual(featureVector(dailyV1, bars.slice(0, index + 1)));
    }
  });

  it('names what has no finite value, in a flat window and before there are bars enough', () => {
    const flat = contractBars(dailyV1.windowBars).map(({ tMs }) => ({
      tMs,
      open: 10,
      high: 10,
      low: 10,
      close: 10,
      volume: 0,
    }));
    const fold = createVectorFold(dailyV1);
    expect(vectorOf(fold).undefinedNames).toHaveLength(32);
    for (const bar of flat) fold.push(bar);
    const { undefinedNames } = featureVector(dailyV1, flat);
    expect(undefinedNames.length).toBeGreaterThan(0);
    expect(vectorOf(fold).undefinedNames).toEqual(undefinedNames);
  });
});
