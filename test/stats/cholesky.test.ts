import { describe, expect, it } from 'vitest';
import { cholesky, solveLower, solveUpper } from '../../src/stats/cholesky.ts';

/** L·Lᵀ of small whole numbers, so that every step is exact; what stands above the diagonal is never read. */
const lower = Float64Array.of(2, 0, 0, 1, 3, 0, -4, 5, 1);
const matrix = Float64Array.of(4, NaN, NaN, 2, 10, NaN, -8, 11, 42);

describe('cholesky', () => {
  it('finds the factor from the lower triangle alone, and leaves the matrix as it was', () => {
    const kept = matrix.slice();
    expect(cholesky(matrix, 3)).toEqual(lower);
    expect(matrix).toEqual(kept);
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(RangeError);
    expect(() => cholesky(Float64Array.of(0), 1)).toThrow(RangeError);
    expect(() => cholesky(Float64Array.of(NaN), 1)).toThrow(RangeError);
  });
});

describe('solveLower and solveUpper', () => {
  it('together solve the equations of the matrix', () => {
    const x = [3, -1, 2];
    // A·x with the upper triangle as the mirror of the lower one.
    const right = [4 * 3 - 2 - 16, 2 * 3 - 10 + 22, -8 * 3 - 11 + 84];
    expect(Array.from(solveUpper(lower, 3, solveLower(lower, 3, right)))).toEqual(x);
  });
});
