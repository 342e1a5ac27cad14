import type { Standardiser } from '../train/standardiser.ts';
import type { StandardiserTables } from './model-tables.ts';

/** The scaling as the f32 numbers it is served from. */
export const standardiserTables = ({
  mean,
  inverseDeviation,
  min,
  max,
}: Standardiser): StandardiserTables => ({
  mean: Float32Array.from(mean),
  inverseDeviation: Float32Array.from(inverseDeviation),
  min,
  max,
});
