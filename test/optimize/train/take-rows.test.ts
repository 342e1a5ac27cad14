import { describe, expect, it } from 'vitest';
import { takeColumns } from '../../../src/optimize/train/take-columns.ts';
import { takeRows } from '../../../src/optimize/train/take-rows.ts';

const rows = {
  count: 3,
  width: 2,
  features: Float32Array.of(1, 2, 3, 4, 5, 6),
  labels: Uint8Array.of(0, 1, 1),
  weights: Float64Array.of(0.5, 1.5, 1),
};

describe('takeRows', () => {
  it('takes rows in the order asked for, with weights of mean 1', () => {
    expect(takeRows(rows, [2, 0])).toEqual({
      count: 2,
      width: 2,
      features: Float32Array.of(5, 6, 1, 2),
      labels: Uint8Array.of(1, 0),
      weights: Float64Array.of(2 / 1.5, 1 / 1.5),
    });
  });
});

describe('takeColumns', () => {
  it('takes features in the order asked for, of the same rows', () => {
    expect(takeColumns(rows, [1])).toEqual({ ...rows, width: 1, features: Float32Array.of(2, 4, 6) });
    expect(takeColumns(rows, [1, 0]).features).toEqual(Float32Array.of(2, 1, 4, 3, 6, 5));
  });
});
