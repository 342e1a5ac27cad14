import * as ort from 'onnxruntime-web/wasm';
import { encodeModel, type ModelProto } from '../../src/onnx/model-proto.ts';

/** The values of the graph's output `name` for one f32 input `x[rows, width]`, by onnxruntime-web. */
export async function runOrt(
  model: ModelProto,
  name: string,
  x: Float32Array,
  width: number,
): Promise<Float32Array> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(encodeModel(model), { executionProviders: ['wasm'] });
  const outputs = await session.run({ x: new ort.Tensor('float32', x, [x.length / width, width]) });
  return outputs[name]?.data as Float32Array;
}
