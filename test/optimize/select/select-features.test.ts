import { describe, expect, it } from 'vitest';
import { type SelectFeaturesOptions, selectFeatures } from '../../../src/optimize/select/select-features.ts';
import { quickSelection } from '../../../src/optimize/select/selection-settings.ts';
import { selectionTrees } from '../../../src/optimize/select/selection-trees.ts';
import { treeScorer } from '../../../src/optimize/select/tree-scorer.ts';
import { selectionRows } from './selection-rows.ts';

// 0 and 1 interact, 2 acts alone, 3 … 9 are noise, 10 copies 2, 11 is constant.
const rows = selectionRows({
  count: 1_000,
  normals: 10,
  seed: 5,
  isPositive: ([a = 0, b = 0, c = 0], random) => 1.5 * a * b + c + 0.7 * random.normal() > 0,
  derived: ([, , c = 0], random) => [c + 0.02 * random.normal(), 3],
});
const options: SelectFeaturesOptions = {
  rows,
  folds: undefined,
  fitTrees: selectionTrees,
  fitScorer: treeScorer(selectionTrees),
  settings: { ...quickSelection, intervalResamples: 100 },
  seed: 1,
  progress: () => undefined,
};

describe('selectFeatures', () => {
  const selection = selectFeatures(options);

  it('keeps what the labels were made of, once', () => {
    expect(selection.kept.filter((feature) => feature !== 2 && feature !== 10)).toEqual([0, 1]);
    expect(selection.kept).toHaveLength(3);
  });

  it('accounts for every feature: kept to the end, or dropped by one step for a reason with figures', () => {
    const dropped = selection.steps.flatMap((step) => step.dropped);
    const all = [...selection.kept, ...dropped.map(({ feature }) => feature)].sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 12 }, (_, feature) => feature));
    for (const { reason } of dropped) expect(reason).toMatch(/\d|one value/u);
    const copy = selection.kept.includes(2) ? 10 : 2;
    expect(dropped.find(({ feature }) => feature === copy)?.reason).toMatch(/^a copy of the more important/u);
    for (const [k, step] of selection.steps.slice(1).entries()) {
      const before = selection.steps[k]?.kept ?? [];
      expect(before).toEqual(
        [...step.kept, ...step.dropped.map(({ feature }) => feature)].sort((a, b) => a - b),
      );
    }
  });

  it('ranks every feature, the kept ones first', () => {
    expect(selection.ranking.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, f) => f));
    expect(selection.ranking.slice(0, 3).toSorted((a, b) => a - b)).toEqual(selection.kept);
  });

  it('gives the same selection for the same seed', () => {
    expect(selectFeatures(options)).toEqual(selection);
  });

  it('reports progress through all steps of all folds, and the effect of each', () => {
    const shares: number[] = [];
    const settings = { ...quickSelection, measuresEffects: true, intervalResamples: 100 };
    const measured = selectFeatures({ ...options, settings, progress: (share) => shares.push(share) });
    expect(shares).toEqual(Array.from({ length: 16 }, (_, k) => k / 16));
    expect(measured.kept).toEqual(selection.kept);
    for (const { effect } of measured.steps) {
      expect(effect?.logLoss.low).toBeLessThanOrEqual(effect?.logLoss.difference ?? NaN);
    }
    expect(measured.steps[0]?.effect?.logLoss.difference).toBeLessThan(0);
  });

  it('judges on the folds it is handed', () => {
    const train = Int32Array.from({ length: 600 }, (_, i) => i);
    const test = Int32Array.from({ length: 300 }, (_, i) => 700 + i);
    const counts = new Set<number>();
    const fitScorer: SelectFeaturesOptions['fitScorer'] = (fitted, seed) => {
      counts.add(fitted.count);
      return options.fitScorer(fitted, seed);
    };
    selectFeatures({ ...options, folds: [{ train, test }], fitScorer });
    expect(counts).toEqual(new Set([600]));
  });

  it('keeps nothing of noise', () => {
    const noise = selectionRows({
      count: 600,
      normals: 10,
      seed: 9,
      isPositive: (_, random) => random.uniform() < 0.5,
    });
    expect(selectFeatures({ ...options, rows: noise }).kept).toEqual([]);
  });

  it('refuses infinite features, and folds that are outside the rows or judge what they were fitted on', () => {
    const infinite = { ...rows, features: rows.features.map((value, i) => (i === 17 ? Infinity : value)) };
    expect(() => selectFeatures({ ...options, rows: infinite })).toThrow(/infinite/u);
    const outside = { train: Int32Array.of(0, 1), test: Int32Array.of(1_000) };
    expect(() => selectFeatures({ ...options, folds: [outside] })).toThrow(/outside/u);
    const leaking = { train: Int32Array.of(0, 1), test: Int32Array.of(1, 2) };
    expect(() => selectFeatures({ ...options, folds: [leaking] })).toThrow(/fitted on/u);
    expect(() => selectFeatures({ ...options, folds: [] })).toThrow(/no folds/u);
  });

  it('refuses settings out of range, all of them named', () => {
    const settings = { ...quickSelection, r2Min: 0, stabilityResamples: 3, blockLength: 1.5 };
    expect(() => selectFeatures({ ...options, settings })).toThrow(
      'r2Min 0, stabilityResamples 3, blockLength 1.5',
    );
  });
});
