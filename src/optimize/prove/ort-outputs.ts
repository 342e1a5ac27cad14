import * as ort from 'onnxruntime-web/wasm';
import { encodeModel, type ModelProto } from '../../onnx/model-proto.ts';

interface OrtRows {
  readonly input: string;
  readonly width: number;
  /** f32[count × width], row-major. */
  readonly values: Float32Array;
  readonly batchSize: number;
}

/** Each named output of the model for all rows, asked of onnxruntime-web batch by batch. */
export async function ortOutputs(
  model: ModelProto,
  rows: OrtRows,
  names: readonly string[],
): Promise<ReadonlyMap<string, Float32Array>> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(encodeModel(model), { executionProviders: ['wasm'] });
  const collected = new Map<string, number[]>(names.map((name) => [name, []]));
  const stride = rows.batchSize * rows.width;
  for (let at = 0; at < rows.values.length; at += stride) {
    const values = rows.values.slice(at, at + stride);
    const input = new ort.Tensor('float32', values, [values.length / rows.width, rows.width]);
    const outputs = await session.run({ [rows.input]: input });
    for (const [name, list] of collected) {
      const data = outputs[name]?.data;
      if (!(data instanceof Float32Array)) throw new Error(`the model has no f32 output ${name}`);
      for (const value of data) list.push(value);
    }
  }
  await session.release();
  return new Map(Array.from(collected, ([name, list]) => [name, Float32Array.from(list)]));
}
