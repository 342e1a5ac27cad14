import type { LabelledRows } from '../train/labelled-rows.ts';
import type { TreeEnsemble } from '../train/trees/tree-ensemble.ts';

/** A booster with its settings bound, all that the selectors know of one. The same rows and seed give the same trees. */
export type FitTrees = (rows: LabelledRows, seed: number) => TreeEnsemble;
