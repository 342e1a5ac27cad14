import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web/wasm';
import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { compileGraph } from '../../inference/kernel/compile-graph.ts';
import { KernelMemory } from '../../inference/kernel/kernel-memory.ts';
import { describeNodeFault } from '../../inference/kernel/kernel-program.ts';
import { ortSessionOptions } from '../../inference/ort-session-options.ts';
import { KERNEL_WASM } from '../kernel-wasm.ts';
import type { ModelFile } from './model-file.ts';

/** An engine with one output of a model, which need not be a probability. */
export interface RawEngine {
  readonly name: 'kernel' | 'ort';
  /** f32[rowCount × columns] of f32[rowCount × width]. */
  run(rows: Float32Array, rowCount: number): Promise<Float32Array>;
}

const PROGRAM_BYTES_MAX = 268_435_456;

/** Or every node that stands in the way, one a line. */
export function openKernel(
  { model, input }: ModelFile,
  outputName: string,
): Result<RawEngine, readonly string[]> {
  const program = compileGraph(model, { inputName: input.name, outputName });
  if (!program.ok) return err(program.error.map(describeNodeFault));
  const module = new WebAssembly.Module(readFileSync(KERNEL_WASM));
  const loaded = new KernelMemory(module, PROGRAM_BYTES_MAX).load(program.value);
  if (!loaded.ok) return err([loaded.error]);
  return ok({ name: 'kernel', run: async (rows, rowCount) => loaded.value.run(rows, rowCount) });
}

export async function openOrt(
  { bytes, input }: ModelFile,
  outputName: string,
): Promise<Result<RawEngine, readonly string[]>> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'fatal';
  try {
    const session = await ort.InferenceSession.create(bytes, ortSessionOptions);
    return ok({
      name: 'ort',
      async run(rows, rowCount) {
        const tensor = new ort.Tensor('float32', rows, [rowCount, input.width]);
        const outputs = await session.run({ [input.name]: tensor }, [outputName]);
        const data = outputs[outputName]?.data;
        if (!(data instanceof Float32Array)) throw new Error(`the output '${outputName}' is not f32`);
        return data;
      },
    });
  } catch (failure) {
    return err([messageOf(failure)]);
  }
}
