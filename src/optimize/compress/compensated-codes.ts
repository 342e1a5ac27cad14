import { roundHalfEven } from '../../onnx/round-half-even.ts';
import { cholesky, solveLower } from '../../stats/cholesky.ts';

interface CompensatedLayer {
  /** [inputs × outputs], row-major. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  /** One an output; see `quantizeColumns`. */
  readonly scales: Float32Array;
  readonly largestCode: number;
  /** f32[n × inputs]: what goes into the layer on calibration rows. */
  readonly inputs: Float32Array;
}

/**
 * Codes of a layer rounded input by input, each input's rounding error made up for by the inputs after it and in
 * the end by the bias, as far as they move together on the calibration rows: the least squared error of what
 * comes out, greedily (Frantar et al., 2023, "GPTQ", in its exact form for one block; a hundredth of the mean
 * of the inputs' squares is added to each of them). Where inputs do not move together this is rounding to the
 * nearest.
 *
 * @returns codes in ±largestCode as the weights stood, and the bias that belongs to them
 */
export function compensatedCodes(layer: CompensatedLayer): {
  readonly codes: Int8Array;
  readonly bias: Float32Array;
} {
  const { weights, scales, largestCode } = layer;
  const outputs = scales.length;
  const inputs = weights.length / outputs;
  // The bias is the weight of one more input, which is always 1 and is never rounded.
  const rest = Float64Array.of(...weights, ...layer.bias);
  const factor = inverseFactor(secondMoments(layer.inputs, inputs), inputs + 1);
  const codes = new Int8Array(weights.length);
  for (let i = 0; i < inputs; i += 1) {
    const pivot = factor[i * (inputs + 1) + i] as number;
    for (let output = 0; output < outputs; output += 1) {
      const at = i * outputs + output;
      const scale = scales[output] as number;
      const code = roundHalfEven((rest[at] as number) / scale);
      codes[at] = Math.min(Math.max(code, -largestCode), largestCode);
      const error = ((rest[at] as number) - (codes[at] as number) * scale) / pivot;
      for (let j = i + 1; j <= inputs; j += 1) {
        const to = j * outputs + output;
        rest[to] = (rest[to] as number) - error * (factor[i * (inputs + 1) + j] as number);
      }
    }
  }
  return { codes, bias: Float32Array.from(rest.subarray(inputs * outputs)) };
}

/** Mean of x xᵀ over the rows with a 1 after each, damped on the diagonal; [size × size] with size = inputs + 1. */
function secondMoments(rows: Float32Array, inputs: number): Float64Array {
  const size = inputs + 1;
  const moments = new Float64Array(size * size);
  const count = rows.length / inputs;
  const x = new Float64Array(size).fill(1);
  for (let row = 0; row < count; row += 1) {
    x.set(rows.subarray(row * inputs, (row + 1) * inputs));
    for (let i = 0; i < size; i += 1) {
      const value = (x[i] as number) / count;
      if (value === 0) continue;
      for (let j = 0; j < size; j += 1) {
        moments[i * size + j] = (moments[i * size + j] as number) + value * (x[j] as number);
      }
    }
  }
  let trace = 0;
  for (let i = 0; i < size; i += 1) trace += moments[i * size + i] as number;
  for (let i = 0; i < size; i += 1)
    moments[i * size + i] = (moments[i * size + i] as number) + (0.01 * trace) / size;
  return moments;
}

/** U, upper triangular, with Uᵀ U = the inverse of a positive definite matrix. */
function inverseFactor(matrix: Float64Array, size: number): Float64Array {
  // With the order of rows and columns reversed, a lower factor L of the matrix gives U = reversed L⁻¹.
  const last = size - 1;
  const reversed = Float64Array.from(matrix, (_, at) => {
    return matrix[(last - Math.floor(at / size)) * size + last - (at % size)] as number;
  });
  const lower = cholesky(reversed, size);
  const upper = new Float64Array(size * size);
  for (let column = 0; column < size; column += 1) {
    const unit = Float64Array.from({ length: size }, (_, row) => (row === column ? 1 : 0));
    solveLower(lower, size, unit).forEach((value, row) => {
      upper[(last - row) * size + last - column] = value;
    });
  }
  return upper;
}
