import type { LabelledRows } from './labelled-rows.ts';
import { pickColumns } from './pick-columns.ts';

/** The same rows with the features at `columns` alone, in that order. */
export const takeColumns = (rows: LabelledRows, columns: ArrayLike<number>): LabelledRows => ({
  ...rows,
  width: columns.length,
  features: pickColumns(rows.features, rows.width, columns),
});
