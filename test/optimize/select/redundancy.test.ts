import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { ColumnBasis, standardised } from '../../../src/optimize/select/column-basis.ts';
import { dropRedundant } from '../../../src/optimize/select/redundancy.ts';
import type { LabelledRows } from '../../../src/optimize/train/labelled-rows.ts';

const COUNT = 500;

function rowsOf(columns: readonly ArrayLike<number>[]): LabelledRows {
  const width = columns.length;
  const features = new Float32Array(COUNT * width);
  for (const [j, column] of columns.entries()) {
    for (let i = 0; i < COUNT; i += 1) features[i * width + j] = column[i] as number;
  }
  return {
    count: COUNT,
    width,
    features,
    labels: new Uint8Array(COUNT),
    weights: new Float64Array(COUNT).fill(1),
  };
}

const normals = (seed: number): number[] => {
  const random = new SeededRandom(seed);
  return Array.from({ length: COUNT }, () => random.normal());
};

const a = normals(1);
const b = normals(2);
const c = normals(3);
const sum = a.map((value, i) => 2 * value - (b[i] as number) + 5);
const verdictsOf = (columns: readonly ArrayLike<number>[], ranked = [...columns.keys()]): readonly string[] =>
  dropRedundant(rowsOf(columns), { ranked, r2Min: 0.95 }).map(({ verdict }) => verdict);

describe('dropRedundant', () => {
  it('drops a copy and names what it copies', () => {
    const copy = a.map((value, i) => -100 * value + 7 + (c[i] as number));
    const [, , finding] = dropRedundant(rowsOf([b, a, copy]), { ranked: [0, 1, 2], r2Min: 0.95 });
    expect(finding).toMatchObject({ feature: 2, verdict: 'copy', representative: 1 });
  });

  it('drops a combination that no single feature explains', () => {
    expect(verdictsOf([a, b, c, sum])).toEqual(['kept', 'kept', 'kept', 'redundant']);
  });

  it('keeps the most important of those that say the same', () => {
    const findings = dropRedundant(rowsOf([a, b, sum]), { ranked: [2, 1, 0], r2Min: 0.95 });
    expect(findings.map(({ feature, verdict }) => [feature, verdict])).toEqual([
      [2, 'kept'],
      [1, 'kept'],
      [0, 'redundant'],
    ]);
  });

  it('keeps what is explained to nine tenths only', () => {
    const noisy = a.map((value, i) => 3 * value + (c[i] as number));
    const [, finding] = dropRedundant(rowsOf([a, noisy]), { ranked: [0, 1], r2Min: 0.95 });
    expect(finding?.verdict).toBe('kept');
    expect(finding?.r2).toBeCloseTo(0.9, 1);
  });

  it('leaves a linear way back to each feature that it drops', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const random = new SeededRandom(seed);
      const sources = Array.from({ length: 4 }, (_, j) => normals(100 * seed + j));
      const mixed = Array.from({ length: 8 }, () => {
        const weights = sources.map(() => random.normal());
        return a.map((_, i) =>
          sources.reduce(
            (s, source, j) => s + (source[i] as number) * (weights[j] as number),
            0.05 * random.normal(),
          ),
        );
      });
      const rows = rowsOf(mixed);
      const findings = dropRedundant(rows, { ranked: [...mixed.keys()], r2Min: 0.95 });
      const basis = new ColumnBasis();
      for (const { feature, verdict } of findings) {
        if (verdict === 'kept') basis.explain(standardised(rows, feature)).extend();
      }
      const dropped = findings.filter(({ verdict }) => verdict !== 'kept');
      expect(dropped.length, `seed ${seed}`).toBeGreaterThan(2);
      for (const { feature } of dropped) {
        expect(basis.explain(standardised(rows, feature)).r2, `seed ${seed}`).toBeGreaterThanOrEqual(0.95);
      }
    }
  });

  it('does not call many columns of noise an explanation of few rows', () => {
    const noise = Array.from({ length: 22 }, (_, j) => normals(50 + j));
    const rows = rowsOf(noise);
    const few = { ...rows, count: 24, features: rows.features.slice(0, 24 * 22) };
    const findings = dropRedundant(few, { ranked: [...noise.keys()], r2Min: 0.95 });
    expect(findings.every(({ verdict }) => verdict === 'kept')).toBe(true);
    const last = { ...few, count: 22, features: rows.features.slice(0, 22 * 22) };
    const [end] = dropRedundant(last, { ranked: [...noise.keys()], r2Min: 0.95 }).slice(-1);
    expect(end).toMatchObject({ verdict: 'kept', r2: 0 });
  });

  it('drops one value in all rows, at the head of the ranking as well', () => {
    expect(verdictsOf([a.map(() => 0.1), a, a.map(() => NaN)])).toEqual(['constant', 'kept', 'constant']);
  });

  it('keeps holes that no kept feature has', () => {
    const holed = a.map((value, i) => (i % 5 === 0 ? NaN : value));
    const flag = a.map((_, i) => (i % 7 === 0 ? NaN : 1));
    expect(verdictsOf([a, holed])).toEqual(['kept', 'kept']);
    expect(verdictsOf([a, flag])).toEqual(['kept', 'kept']);
    expect(verdictsOf([holed, holed.map((value) => 3 * value)])).toEqual(['kept', 'copy']);
  });
});
