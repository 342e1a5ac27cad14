import type { LabelledRows } from '../train/labelled-rows.ts';

/** The same rows with the features at `columns` alone, in that order. */
export function takeColumns(rows: LabelledRows, columns: ArrayLike<number>): LabelledRows {
  const width = columns.length;
  const features = new Float32Array(rows.count * width);
  for (let i = 0; i < rows.count; i += 1) {
    for (let j = 0; j < width; j += 1) {
      features[i * width + j] = rows.features[i * rows.width + (columns[j] as number)] as number;
    }
  }
  return { ...rows, width, features };
}
