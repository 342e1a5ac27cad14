import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Engine, EngineFailure, ModelGraph, Runnable } from '../engine.ts';
import { scoreFault } from '../score-fault.ts';
import { compileModel } from './compile-model.ts';
import { KernelMemory, type LoadedProgram } from './kernel-memory.ts';
import type { KernelProgram } from './kernel-program.ts';

interface KernelEngineOptions {
  /** `kernel.wasm`, compiled: Workers forbid compiling bytes. */
  readonly module: WebAssembly.Module;
}

/** All programs of an isolate together; a model's file has at most 16 MiB, and padded trees are larger than that. */
const PROGRAM_BYTES_MAX = 33_554_432;

/**
 * Our own kernel: the bits of onnxruntime-web 1.30 for the graphs it knows, at a fraction of its cost. A graph it does not
 * know in full is refused by its nodes' names, never approximated. Made from the ONNX file that the signature covers: in the
 * isolate, or with the build that ships it.
 */
export function createKernelEngine({ module }: KernelEngineOptions): Engine {
  const memory = new KernelMemory(module, PROGRAM_BYTES_MAX);
  return {
    name: 'kernel',
    async prepare(graph) {
      try {
        return await prepareIn(memory, graph);
      } catch (failure) {
        return err({ kind: 'not-loaded', detail: messageOf(failure) });
      }
    },
  };
}

async function prepareIn(memory: KernelMemory, graph: ModelGraph): Promise<Result<Runnable, EngineFailure>> {
  const program = programOf(graph);
  if (!program.ok) return program;
  const loaded = memory.load(program.value);
  if (!loaded.ok) return err({ kind: 'not-loaded', detail: loaded.error });
  const runnable = createRunnable(loaded.value, graph);
  const probe = await runnable.run(graph.probe, 1);
  if (probe.ok) return ok(runnable);
  loaded.value.unload();
  return probe;
}

function programOf(graph: ModelGraph): Result<KernelProgram, EngineFailure> {
  const program = graph.program ? ok(graph.program) : compileModel(graph);
  if (!program.ok) return program;
  const { inputWidth, outputWidth } = program.value;
  if (inputWidth === graph.featureCount && outputWidth === graph.headCount) return program;
  const detail = `it turns ${inputWidth} columns into ${outputWidth} and not ${graph.featureCount} into ${graph.headCount}`;
  return err({ kind: 'wrong-shape', detail });
}

function createRunnable(program: LoadedProgram, { featureCount }: ModelGraph): Runnable {
  return {
    engine: 'kernel',
    engineReason: 'the kernel knows every node of the graph',
    release: () => program.unload(),
    run(rows, rowCount) {
      if (rows.length !== rowCount * featureCount)
        throw new RangeError(`${rows.length} values are not ${rowCount} rows of ${featureCount}`);
      try {
        const scores = program.run(rows, rowCount);
        const fault = scoreFault(scores);
        return fault ? err(fault) : ok(scores);
      } catch (failure) {
        return err({ kind: 'threw', detail: messageOf(failure) });
      }
    },
  };
}
