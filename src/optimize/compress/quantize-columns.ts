import { roundHalfEven } from '../../onnx/round-half-even.ts';
import { type FloatBytes, roundFloatUp } from '../train/coarse/round-float.ts';

interface WeightMatrix {
  readonly values: Float32Array;
  readonly outputs: number;
  /** Whether the values stand as [outputs × inputs], one output after the other, and not as [inputs × outputs]. */
  readonly isTransposed: boolean;
}

export interface WeightQuantization {
  /** One scale an output, or one for the matrix. */
  readonly perChannel: boolean;
  /** Of a scale: with 2 it is rounded up to 8 significant bits, which makes a file smaller; see `roundFloat`. */
  readonly scaleBytes: FloatBytes;
  /** Codes reach ±(2^(bits−1) − 1); 2 to 8. Fewer than 8 still take a byte each, and compress better. */
  readonly bits: number;
}

export interface QuantizedWeights {
  /** As the weights stood. */
  readonly codes: Int8Array;
  /** One an output, also where they are all the same. */
  readonly scales: Float32Array;
}

/**
 * Symmetric int8 codes of a matrix: round half to even of weight ÷ scale, with the scale so that the largest
 * |weight| of the output, or of the matrix, is the largest code. An output of zeros gets the scale 1.
 */
export function quantizeColumns(
  matrix: WeightMatrix,
  { perChannel, bits, scaleBytes }: WeightQuantization,
): QuantizedWeights {
  if (!(bits >= 2 && bits <= 8)) throw new RangeError(`${bits} bits are not in 2 to 8`);
  const largestCode = (1 << (bits - 1)) - 1;
  const { values, outputs } = matrix;
  const inputs = values.length / outputs;
  const outputOf = (i: number): number => (matrix.isTransposed ? Math.floor(i / inputs) : i % outputs);
  const largest = new Float32Array(outputs);
  values.forEach((value, i) => {
    const output = outputOf(i);
    largest[output] = Math.max(largest[output] as number, Math.abs(value));
  });
  if (!perChannel) largest.fill(largest.reduce((most, value) => Math.max(most, value), 0));
  const scales = largest.map((value) => roundFloatUp(Math.fround(value / largestCode), scaleBytes) || 1);
  const codes = Int8Array.from(values, (value, i) => {
    const code = roundHalfEven(Math.fround(value / (scales[outputOf(i)] as number)));
    return Math.min(Math.max(code, -largestCode), largestCode);
  });
  return { codes, scales };
}
