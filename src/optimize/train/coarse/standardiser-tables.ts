import type { Standardiser } from '../standardiser.ts';

/** z = clip((x − mean) × inverseDeviation, min, max). */
export interface StandardiserTables {
  readonly mean: Float32Array;
  readonly inverseDeviation: Float32Array;
  readonly min: number;
  readonly max: number;
}

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
