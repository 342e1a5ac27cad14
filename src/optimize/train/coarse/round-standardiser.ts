import { type FloatBytes, roundFloat } from './round-float.ts';
import type { StandardiserTables } from './standardiser-tables.ts';

/**
 * The standardiser with its factors in floats of so many bytes, and its means in as many or, where a value at
 * the mean would otherwise move by 2⁻⁹ deviations, in more.
 */
export function roundStandardiser(
  standardiser: StandardiserTables,
  floatBytes: FloatBytes,
): StandardiserTables {
  const { mean, inverseDeviation } = standardiser;
  const choices = [2, 3, 4].filter((bytes): bytes is FloatBytes => bytes >= floatBytes);
  const rounded = (values: Float32Array, bytes: FloatBytes): Float32Array =>
    values.map((value) => roundFloat(value, bytes));
  const near = (bytes: FloatBytes): boolean =>
    mean.every(
      (value, j) => Math.abs(roundFloat(value, bytes) - value) * (inverseDeviation[j] as number) < 1 / 512,
    );
  const meanBytes = choices.find(near) ?? 4;
  return {
    ...standardiser,
    mean: rounded(mean, meanBytes),
    inverseDeviation: rounded(inverseDeviation, floatBytes),
  };
}
