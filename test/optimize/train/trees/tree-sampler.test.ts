import { describe, expect, it } from 'vitest';
import { plainTreeOptions } from '../../../../src/optimize/train/trees/tree-options.ts';
import { TreeSampler } from '../../../../src/optimize/train/trees/tree-sampler.ts';

const ascending = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value > (values[i - 1] as number));

describe('TreeSampler', () => {
  it('draws whole blocks of rows and keeps the others behind them', () => {
    const sampler = new TreeSampler(1003, 4, { ...plainTreeOptions, rowFraction: 0.5, rowsInBlock: 10 });
    const rows = new Int32Array(1003);
    const drawn = sampler.drawRows(rows);
    const [first, others] = [[...rows.subarray(0, drawn)], [...rows.subarray(drawn)]];
    expect(ascending(first) && ascending(others)).toBe(true);
    expect(new Set(rows).size).toBe(1003);
    const blocks = new Set(first.map((row) => Math.floor(row / 10)));
    expect(others.some((row) => blocks.has(Math.floor(row / 10)))).toBe(false);
    expect(blocks.size).toBeGreaterThan(30);
    expect(blocks.size).toBeLessThan(70);
  });

  it('draws its share of the features, each as often as any other', () => {
    const sampler = new TreeSampler(1, 10, { ...plainTreeOptions, featureFraction: 0.3 });
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 2000; i += 1) {
      const features = [...sampler.drawFeatures()];
      expect(features).toHaveLength(3);
      expect(ascending(features)).toBe(true);
      for (const feature of features) counts[feature] = (counts[feature] as number) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(500);
    expect(Math.max(...counts)).toBeLessThan(700);
  });

  it('takes everything without fractions', () => {
    const sampler = new TreeSampler(5, 3, plainTreeOptions);
    const rows = new Int32Array(5);
    expect(sampler.drawRows(rows)).toBe(5);
    expect([...rows]).toEqual([0, 1, 2, 3, 4]);
    expect([...sampler.drawFeatures()]).toEqual([0, 1, 2]);
    expect(sampler.isDrawing).toBe(false);
  });
});
