import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import {
  type ShadowRoundOptions,
  shadowRound,
  shadowsOf,
} from '../../../src/optimize/select/shadow-round.ts';
import type { LabelledRows } from '../../../src/optimize/train/labelled-rows.ts';
import { selectionRows } from './selection-rows.ts';

/** Feature 0 is the row's index, feature 1 a signal, feature 2 noise. */
function indexedRows(count: number): LabelledRows {
  let row = -1;
  return selectionRows({
    count,
    normals: 2,
    seed: 1,
    isPositive: ([a = 0]) => a > 0,
    derived: () => {
      row += 1;
      return [row];
    },
  });
}

function fittedRowsOf(count: number, blockLength: number, seed: number): LabelledRows {
  const fitted: LabelledRows[] = [];
  const options: ShadowRoundOptions = {
    tried: [[2]],
    shadowed: [[0, 2]],
    blockLength,
    fitTrees: (rows) => {
      fitted.push(rows);
      return { width: rows.width, base: 0, trees: [] };
    },
    random: new SeededRandom(seed),
  };
  shadowRound(indexedRows(count), options);
  return fitted[0] as LabelledRows;
}

const column = ({ features, width }: LabelledRows, j: number): number[] =>
  [...features].filter((_, i) => i % width === j);

describe('shadowRound', () => {
  it.each([1, 5])(
    'holds a third of neighbours out, and leaves blocks of %i less one out beside them',
    (blockLength) => {
      for (let seed = 0; seed < 20; seed += 1) {
        const known = new Set(column(fittedRowsOf(90, blockLength, seed), 0));
        const absent = 30 + 2 * (blockLength - 1);
        expect(known.size, `seed ${seed}`).toBe(90 - absent);
        // On the circle what is absent is one stretch: there is one place where it begins.
        const begins = [...Array(90).keys()].filter((row) => known.has((row + 89) % 90) && !known.has(row));
        expect(begins, `seed ${seed}`).toHaveLength(1);
      }
    },
  );

  it('sets permuted copies beside the features it tries, and nothing else', () => {
    const fitted = fittedRowsOf(90, 1, 3);
    expect(fitted.width).toBe(3);
    const shadow = column(fitted, 2);
    expect(shadow.every((value) => Number.isInteger(value) && value >= 0 && value < 90)).toBe(true);
    expect(new Set(shadow).size).toBe(60);
    expect(shadow).not.toEqual(column(fitted, 0));
  });

  it('permutes the shadow of a group as one', () => {
    const rows = indexedRows(90);
    const fitted = fittedRowsOf(90, 1, 3);
    const [index, signal] = [column(rows, 2), column(rows, 0)];
    for (const [i, value] of column(fitted, 2).entries()) {
      expect(column(fitted, 1)[i]).toBe(signal[index.indexOf(value)]);
    }
  });

  it('refuses blocks so long that no row is left', () => {
    expect(() => fittedRowsOf(90, 31, 1)).toThrow(RangeError);
  });
});

describe('shadowsOf', () => {
  it('copies each candidate once, or as often as ten shadows need', () => {
    expect(shadowsOf([[4], [7, 8], [9]]).map(([first]) => first)).toEqual([4, 7, 9, 4, 7, 9, 4, 7, 9, 4]);
    expect(shadowsOf([...Array(12).keys()].map((feature) => [feature]))).toHaveLength(12);
    expect(shadowsOf([])).toEqual([]);
  });
});
