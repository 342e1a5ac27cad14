import { err, ok, type Result } from '../../core/result.ts';
import type { Manifest } from '../../models/manifest.ts';
import type { Fault, Problem } from '../problem.ts';
import type { InferenceRequest } from './inference-schemas.ts';

const rowsMax = 256;

export interface InputRows {
  /** f32[rowCount × features], row-major, finite. */
  readonly values: Float32Array;
  readonly rowCount: number;
}

/** The rows of an inference request: the one input tensor that the manifest names, of its width. */
export function readInputRows(request: InferenceRequest, manifest: Manifest): Result<InputRows, Problem> {
  const { inputName, outputName } = manifest.model;
  const width = manifest.features.names.length;
  const [input, ...others] = request.inputs;
  if (!input || others.length > 0 || input.name !== inputName) {
    return invalidAt('inputs', `takes one tensor, ${inputName}`);
  }
  if (request.outputs?.some(({ name }) => name !== outputName)) {
    return invalidAt('outputs', `has one tensor, ${outputName}`);
  }
  if (input.datatype !== 'FP32') return invalidAt('inputs[0].datatype', 'must be FP32');
  const [rowCount = 0, columns] = input.shape;
  if (input.shape.length !== 2 || columns !== width || rowCount < 1 || rowCount > rowsMax) {
    return invalidAt('inputs[0].shape', `must be [1 to ${rowsMax}, ${width}]`);
  }
  const numbers = flatten(input.data, rowCount, width);
  if (!numbers) return invalidAt('inputs[0].data', `must have ${rowCount} rows of ${width} numbers`);
  const values = Float32Array.from(numbers);
  // A number beyond the range of f32 becomes infinite.
  if (!values.every(Number.isFinite)) return invalidAt('inputs[0].data', 'has a number beyond FP32');
  return ok({ values, rowCount });
}

/** Flat, or one array a row. */
function flatten(data: readonly unknown[], rowCount: number, width: number): readonly number[] | undefined {
  const isNested = data.every((row): row is unknown[] => Array.isArray(row));
  if (isNested && (data.length !== rowCount || data.some((row) => row.length !== width))) return undefined;
  const items: readonly unknown[] = isNested ? data.flat() : data;
  if (items.length !== rowCount * width) return undefined;
  return items.every((item) => typeof item === 'number') ? items : undefined;
}

const invalidAt = (path: string, message: string): Result<never, Problem> => {
  const fault: Fault = { path, code: 'TENSOR', message };
  return err({ code: 'INVALID_REQUEST', faults: [fault] });
};
