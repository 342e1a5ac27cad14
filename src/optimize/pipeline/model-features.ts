import { pickColumns } from '../train/pick-columns.ts';
import { featuresAt, type LearningSet } from './learning-set.ts';
import type { TrainedModel } from './train-model.ts';

/** f32[indices × features of the model], row-major, from the set's. */
export const modelFeatures = (
  set: LearningSet,
  { columns }: Pick<TrainedModel, 'columns'>,
  indices: Int32Array,
): Float32Array => pickColumns(featuresAt(set, indices), set.width, columns);
