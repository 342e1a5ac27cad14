/** The given columns of f32[rows × width], row-major, in the given order. */
export function pickColumns(features: Float32Array, width: number, columns: ArrayLike<number>): Float32Array {
  const rowCount = features.length / width;
  const picked = new Float32Array(rowCount * columns.length);
  for (let to = 0; to < columns.length; to += 1) {
    const column = columns[to] as number;
    for (let row = 0; row < rowCount; row += 1) {
      picked[row * columns.length + to] = features[row * width + column] as number;
    }
  }
  return picked;
}
