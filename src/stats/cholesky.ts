/**
 * Cholesky's lower factor L of a symmetric positive definite matrix, A = L·Lᵀ, row-major and new: `matrix` stays as it
 * is, and only its lower triangle is read. Products are taken off an entry one by one, in the order of columns. Cost:
 * size³/3 operations.
 *
 * @throws RangeError where the matrix, as far as rounding can tell, is not positive definite
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let rest = matrix[row * size + column] as number;
      for (let k = 0; k < column; k += 1) {
        rest -= (lower[row * size + k] as number) * (lower[column * size + k] as number);
      }
      if (column === row && !(rest > 0)) throw new RangeError('the matrix is not positive definite');
      lower[row * size + column] =
        column === row ? Math.sqrt(rest) : rest / (lower[column * size + column] as number);
    }
  }
  return lower;
}

/** x with L·x = right. Only the lower triangle of `lower` is read. */
export function solveLower(lower: Float64Array, size: number, right: ArrayLike<number>): Float64Array {
  const solution = new Float64Array(size);
  for (let row = 0; row < size; row += 1) {
    let rest = right[row] as number;
    for (let k = 0; k < row; k += 1) rest -= (lower[row * size + k] as number) * (solution[k] as number);
    solution[row] = rest / (lower[row * size + row] as number);
  }
  return solution;
}

/** x with Lᵀ·x = right. Only the lower triangle of `lower` is read. */
export function solveUpper(lower: Float64Array, size: number, right: ArrayLike<number>): Float64Array {
  const solution = new Float64Array(size);
  for (let row = size - 1; row >= 0; row -= 1) {
    let rest = right[row] as number;
    for (let k = row + 1; k < size; k += 1) {
      rest -= (lower[k * size + row] as number) * (solution[k] as number);
    }
    solution[row] = rest / (lower[row * size + row] as number);
  }
  return solution;
}
