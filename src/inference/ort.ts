import * as ort from 'onnxruntime-web/wasm';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Engine, EngineFailure, ModelGraph, Runnable } from './engine.ts';
import { ortSessionOptions } from './ort-session-options.ts';
import { scoreFault } from './score-fault.ts';

interface OrtOptions {
  /** Where the WebAssembly glue is; see `Runtime.ortWasmPaths`. */
  readonly wasmPaths?: { readonly mjs: string };
}

/**
 * onnxruntime-web, the `/wasm` build on one thread. `prepare` must not run twice at once: a failed or
 * parallel initialisation poisons the module for the isolate's life (onnxruntime-web 1.30, wasm-factory).
 */
export function createOrtEngine(options: OrtOptions): Engine {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  if (options.wasmPaths) ort.env.wasm.wasmPaths = options.wasmPaths;
  return { name: 'ort', prepare };
}

async function prepare(graph: ModelGraph): Promise<Result<Runnable, EngineFailure>> {
  try {
    const session = await ort.InferenceSession.create(graph.bytes, ortSessionOptions);
    const runnable = createRunnable(session, graph);
    const probe = await runnable.run(graph.probe, 1);
    return probe.ok ? ok(runnable) : probe;
  } catch (failure) {
    return err({ kind: 'not-loaded', detail: messageOf(failure) });
  }
}

function createRunnable(session: ort.InferenceSession, graph: ModelGraph): Runnable {
  const { inputName, outputName, featureCount, headCount } = graph;
  return {
    engine: 'ort',
    engineReason: 'it was asked of onnxruntime-web',
    // A session that is not given back properly is memory lost, and nothing that anybody could mend.
    release: () => void session.release().catch(() => undefined),
    async run(rows, rowCount) {
      if (rows.length !== rowCount * featureCount)
        throw new RangeError(`${rows.length} values are not ${rowCount} rows of ${featureCount}`);
      try {
        const input = new ort.Tensor('float32', rows, [rowCount, featureCount]);
        const outputs = await session.run({ [inputName]: input });
        return checkScores(outputs[outputName], rowCount, headCount);
      } catch (failure) {
        return err({ kind: 'threw', detail: messageOf(failure) });
      }
    },
  };
}

function checkScores(
  output: ort.Tensor | undefined,
  rowCount: number,
  headCount: number,
): Result<Float32Array, EngineFailure> {
  const data = output?.data;
  const [rows, columns, ...more] = output?.dims ?? [];
  const fits = rows === rowCount && columns === headCount && more.length === 0;
  if (!(data instanceof Float32Array) || !fits) {
    const detail = `the output is ${output?.type}[${output?.dims}] and not float32[${rowCount},${headCount}]`;
    return err({ kind: 'wrong-shape', detail });
  }
  const fault = scoreFault(data);
  return fault ? err(fault) : ok(data);
}
