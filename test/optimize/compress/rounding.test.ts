import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { compensatedCodes } from '../../../src/optimize/compress/compensated-codes.ts';
import type { HeadCompression } from '../../../src/optimize/compress/compress-heads.ts';
import { quantizeColumns } from '../../../src/optimize/compress/quantize-columns.ts';
import { searchCompression } from '../../../src/optimize/compress/search-compression.ts';
import { normals } from './random-model.ts';

const SEED = 5;
const random = new SeededRandom(SEED);

describe(`compensatedCodes, seed ${SEED}`, () => {
  const INPUTS = 24;
  const OUTPUTS = 5;
  const weights = normals(random, INPUTS * OUTPUTS, 1);
  const bias = normals(random, OUTPUTS, 1);
  const { scales, codes: nearest } = quantizeColumns(
    { values: weights, outputs: OUTPUTS, isTransposed: false },
    { perChannel: true, bits: 5, scaleBytes: 4 },
  );

  /** Mean squared error of the outputs on the rows. */
  function errorOf(codes: Int8Array, biases: Float32Array, rows: Float32Array): number {
    let sum = 0;
    for (let start = 0; start < rows.length; start += INPUTS) {
      for (let output = 0; output < OUTPUTS; output += 1) {
        let error = (biases[output] as number) - (bias[output] as number);
        for (let i = 0; i < INPUTS; i += 1) {
          const at = i * OUTPUTS + output;
          error +=
            (rows[start + i] as number) *
            ((codes[at] as number) * (scales[output] as number) - (weights[at] as number));
        }
        sum += error * error;
      }
    }
    return sum / rows.length;
  }

  it('errs far less than rounding to the nearest where inputs move together', () => {
    const inputs = Float32Array.from({ length: 500 }, () => random.normal()).reduce<number[]>(
      (rows, common) => {
        for (let i = 0; i < INPUTS; i += 1) rows.push(Math.max(0, common + 0.2 * random.normal()) + 1);
        return rows;
      },
      [],
    );
    const rows = Float32Array.from(inputs);
    const made = compensatedCodes({ weights, bias, scales, largestCode: 15, inputs: rows });
    expect(errorOf(made.codes, made.bias, rows)).toBeLessThan(0.3 * errorOf(nearest, bias, rows));
    expect(Math.max(...made.codes.map(Math.abs))).toBeLessThanOrEqual(15);
  });

  it('is nearly rounding to the nearest where they do not', () => {
    const rows = normals(random, 20_000 * INPUTS, 1);
    const made = compensatedCodes({ weights, bias, scales, largestCode: 15, inputs: rows });
    const differing = made.codes.filter((code, i) => code !== nearest[i]).length;
    expect(differing).toBeLessThan(0.05 * nearest.length);
  });
});

describe('searchCompression', () => {
  const start: HeadCompression = {
    weightBits: 8,
    perChannel: true,
    rounding: 'nearest',
    arithmetic: { kind: 'float' },
    keepsOutputLayers: true,
    calibration: new Float32Array(0),
    leafBits: 8,
    thresholds: { kind: 'exact' },
    floatBytes: 4,
    treesDroppedTenths: 0,
    collapseStep: 0,
  };
  const gridBitsOf = ({ thresholds }: HeadCompression): number =>
    thresholds.kind === 'exact' ? 11 : thresholds.bits;
  const sizeOf = (c: HeadCompression): number =>
    10 * c.weightBits + 5 * c.leafBits + gridBitsOf(c) + c.floatBytes + (c.perChannel ? 1 : 0);
  const total = (heads: readonly HeadCompression[]): number =>
    heads.reduce((sum, head) => sum + sizeOf(head) - head.treesDroppedTenths, 0);

  it('goes down each knob of each head as far as the bounds of that head let it', () => {
    const isWithin = (c: HeadCompression, bits: number): boolean =>
      c.weightBits >= bits &&
      c.leafBits >= 7 &&
      gridBitsOf(c) >= 9 &&
      c.treesDroppedTenths <= 10 - bits &&
      c.keepsOutputLayers;
    const found = searchCompression([start, start], (heads) =>
      heads.every((head, h) => isWithin(head, h === 0 ? 6 : 5)) ? total(heads) : undefined,
    );
    const coarse = {
      ...start,
      perChannel: false,
      leafBits: 7,
      thresholds: { kind: 'grid', bits: 9 },
      floatBytes: 2,
    };
    expect(found[0]).toEqual([start, start]);
    expect(found.map(total)).toEqual(found.map(total).toSorted((a, b) => b - a));
    expect(found.at(-1)).toEqual([
      { ...coarse, weightBits: 6, treesDroppedTenths: 4 },
      { ...coarse, weightBits: 5, treesDroppedTenths: 5 },
    ]);
  });

  it('stays where nothing saves, and finds nothing from a start that breaks a bound', () => {
    expect(searchCompression([start], () => 1)).toEqual([[start]]);
    expect(searchCompression([start], () => undefined)).toEqual([]);
  });
});
