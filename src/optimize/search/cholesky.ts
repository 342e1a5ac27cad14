/**
 * Lower triangle L of a symmetric positive definite matrix, A = L·Lᵀ, row-major; undefined when rounding leaves it not
 * positive definite. Only the lower triangle of `matrix` is read. Cost: size³/3 operations. Products are summed before
 * they are taken off, unlike in `src/stats/cholesky.ts`: the last bits of it are in the trials of every study so far.
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array | undefined {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      const rest = (matrix[row * size + column] as number) - rowsDot(lower, size, row, column);
      if (column < row) {
        lower[row * size + column] = rest / (lower[column * size + column] as number);
      } else {
        if (!(rest > 0)) return undefined;
        lower[row * size + row] = Math.sqrt(rest);
      }
    }
  }
  return lower;
}

/** Product of two rows up to the column of the second. */
function rowsDot(lower: Float64Array, size: number, row: number, other: number): number {
  let sum = 0;
  for (let k = 0, a = row * size, b = other * size; k < other; k += 1) {
    sum += (lower[a + k] as number) * (lower[b + k] as number);
  }
  return sum;
}

/** x with Lᵀ·x = right. */
export function solveUpper(lower: Float64Array, size: number, right: ArrayLike<number>): Float64Array {
  const solution = Float64Array.from(right);
  for (let row = size - 1; row >= 0; row -= 1) {
    const value = (solution[row] as number) / (lower[row * size + row] as number);
    solution[row] = value;
    for (let k = 0; k < row; k += 1) {
      solution[k] = (solution[k] as number) - (lower[row * size + k] as number) * value;
    }
  }
  return solution;
}

/** A⁻¹ of the A whose triangle is `lower`, whole and row-major. Cost: about size³ operations. */
export function inverseOf(lower: Float64Array, size: number): Float64Array {
  // Rows of L⁻ᵀ, so that both loops below run along rows: entry (j, i) of it is entry (i, j) of L⁻¹.
  const inverseRows = new Float64Array(size * size);
  for (let column = 0; column < size; column += 1) {
    const base = column * size;
    inverseRows[base + column] = 1 / (lower[column * size + column] as number);
    for (let row = column + 1; row < size; row += 1) {
      let sum = 0;
      for (let k = column; k < row; k += 1) {
        sum += (lower[row * size + k] as number) * (inverseRows[base + k] as number);
      }
      inverseRows[base + row] = -sum / (lower[row * size + row] as number);
    }
  }
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = 0;
      for (let k = i; k < size; k += 1) {
        sum += (inverseRows[i * size + k] as number) * (inverseRows[j * size + k] as number);
      }
      inverse[i * size + j] = sum;
      inverse[j * size + i] = sum;
    }
  }
  return inverse;
}
