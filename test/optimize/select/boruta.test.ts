import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { type BorutaOptions, boruta } from '../../../src/optimize/select/boruta.ts';
import { selectionTrees } from '../../../src/optimize/select/selection-trees.ts';
import type { LabelledRows } from '../../../src/optimize/train/labelled-rows.ts';
import { selectionRows } from './selection-rows.ts';

const optionsFor = (rows: LabelledRows, seed: number): BorutaOptions => ({
  candidates: Array.from({ length: rows.width }, (_, feature) => [feature]),
  roundsMax: 20,
  significance: 0.05,
  blockLength: 1,
  fitTrees: selectionTrees,
  seed,
});

const passed = (rows: LabelledRows, options: BorutaOptions): readonly number[] =>
  boruta(rows, options)
    .filter(({ verdict }) => verdict === 'accepted' || verdict === 'tentative')
    .map(({ feature }) => feature);

describe('boruta', () => {
  const interaction = selectionRows({
    count: 900,
    normals: 8,
    seed: 1,
    isPositive: ([a = 0, b = 0, c = 0], random) => a * b + 0.7 * c + random.normal() > 0,
    derived: ([, , c = 0], random) => [c + 0.3 * random.normal()],
  });

  it('lets all pass that tells something, by interaction or as a worse copy, and nothing else', () => {
    expect(passed(interaction, optionsFor(interaction, 1))).toEqual([0, 1, 2, 8]);
  });

  it('lets next to nothing pass where nothing tells anything', () => {
    let count = 0;
    for (let seed = 1; seed <= 8; seed += 1) {
      const rows = selectionRows({
        count: 400,
        normals: 12,
        seed,
        isPositive: (_, random) => random.uniform() < 0.5,
      });
      count += passed(rows, optionsFor(rows, seed)).length;
    }
    expect(count / 8).toBeLessThan(0.5);
  });

  it('does not prefer noise of many values to a signal of two', () => {
    const rows = selectionRows({
      count: 900,
      normals: 6,
      seed: 3,
      isPositive: ([a = 0], random) => (a > 0 ? 0.62 : 0.38) > random.uniform(),
      derived: ([a = 0]) => [a > 0 ? 1 : 0],
    });
    const options = { ...optionsFor(rows, 3), candidates: [1, 2, 3, 4, 5, 6].map((feature) => [feature]) };
    expect(passed(rows, options)).toEqual([6]);
  });

  it('sees a signal that has many near copies when they are a group, and not one by one', () => {
    const copies = (a: number, random: SeededRandom): readonly number[] =>
      Array.from({ length: 10 }, () => a + 0.1 * random.normal());
    const rows = selectionRows({
      count: 1_000,
      normals: 8,
      seed: 2,
      isPositive: ([a = 0], random) => 0.4 * a + random.normal() > 0,
      derived: ([a = 0], random) => copies(a, random),
    });
    const options = optionsFor(rows, 2);
    const signal = [0, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17];
    expect(passed(rows, options).length).toBeLessThan(3);
    const candidates = [signal, ...[1, 2, 3, 4, 5, 6, 7].map((feature) => [feature])];
    expect(passed(rows, { ...options, candidates })).toEqual(signal);
  });

  it('takes slow noise for a signal of overlapping labels, but not with blocks as long as these', () => {
    let alone = 0;
    let inBlocks = 0;
    for (let seed = 1; seed <= 4; seed += 1) {
      const rows = slowNoise(seed);
      alone += passed(rows, optionsFor(rows, seed)).length;
      inBlocks += passed(rows, { ...optionsFor(rows, seed), blockLength: 40 }).length;
    }
    expect(alone).toBeGreaterThan(4);
    expect(inBlocks).toBeLessThan(3);
  });

  it('keeps the bar of all candidates when most are rejected', () => {
    const widths: number[] = [];
    const fitTrees: BorutaOptions['fitTrees'] = (rows, seed) => {
      widths.push(rows.width);
      return selectionTrees(rows, seed);
    };
    boruta(interaction, { ...optionsFor(interaction, 1), fitTrees });
    expect(widths[0]).toBe(9 + 10);
    expect(Math.min(...widths)).toBeGreaterThanOrEqual(4 + 10);
    expect(widths.at(-1)).toBeLessThan(9 + 10);
  });

  it('gives the same counts for the same seed', () => {
    const options = { ...optionsFor(interaction, 7), roundsMax: 3 };
    expect(boruta(interaction, options)).toEqual(boruta(interaction, options));
  });

  it('has nothing to say about no candidates', () => {
    expect(boruta(interaction, { ...optionsFor(interaction, 1), candidates: [] })).toEqual([]);
  });
});

/** Ten AR(1) series and the sign of sums of 20 others' steps. */
function slowNoise(seed: number): LabelledRows {
  const random = new SeededRandom(seed);
  const steps = Float64Array.from({ length: 1_220 }, () => random.normal());
  const state = new Float64Array(10);
  let row = 0;
  return selectionRows({
    count: 1_200,
    normals: 0,
    seed,
    derived: () => {
      for (let j = 0; j < 10; j += 1) state[j] = 0.95 * (state[j] as number) + 0.3 * random.normal();
      return [...state];
    },
    isPositive: () => {
      row += 1;
      return steps.subarray(row, row + 20).reduce((sum, step) => sum + step, 0) > 0;
    },
  });
}
