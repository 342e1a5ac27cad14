import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web/wasm';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { compileGraph } from '../../../src/inference/kernel/compile-graph.ts';
import { KernelMemory, type LoadedProgram } from '../../../src/inference/kernel/kernel-memory.ts';
import { describeNodeFault } from '../../../src/inference/kernel/kernel-program.ts';
import { ortSessionOptions } from '../../../src/inference/ort-session-options.ts';
import { KERNEL_WASM } from '../../../src/local/kernel-wasm.ts';
import { GraphBuilder, type GraphValue } from '../../../src/onnx/graph-builder.ts';
import { encodeModel, type ModelProto } from '../../../src/onnx/model-proto.ts';

export type BuildGraph = (graph: GraphBuilder, x: GraphValue, random: SeededRandom) => GraphValue;

export const memory = new KernelMemory(new WebAssembly.Module(readFileSync(KERNEL_WASM)), 33_554_432);

export interface BuiltGraph {
  readonly model: ModelProto;
  readonly width: number;
  readonly outputName: string;
}

/** A graph of rows `x` of f32[n, width], with weights of the seed. */
export function builtGraph(width: number, seed: number, build: BuildGraph): BuiltGraph {
  const graph = new GraphBuilder('g');
  const y = build(graph, graph.floatInput('x', ['n', width]), new SeededRandom(seed));
  graph.floatOutput(y, ['n', 'columns']);
  return { model: graph.build(), width, outputName: y.name };
}

/** What the kernel says against the graph; empty where it runs it. */
export function faultsOf({ model, outputName }: BuiltGraph): readonly string[] {
  const program = compileGraph(model, { inputName: 'x', outputName });
  return program.ok ? [] : program.error.map(describeNodeFault);
}

export function loadKernel({ model, outputName }: BuiltGraph, inputName = 'x'): LoadedProgram {
  const program = compileGraph(model, { inputName, outputName });
  if (!program.ok) throw new Error(program.error.map(describeNodeFault).join('; '));
  const loaded = memory.load(program.value);
  if (!loaded.ok) throw new Error(loaded.error);
  return loaded.value;
}

/** With the options that the service runs onnxruntime-web with. */
export function loadOrt(bytes: Uint8Array): Promise<ort.InferenceSession> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'fatal';
  return ort.InferenceSession.create(bytes, {
    ...ortSessionOptions,
    logSeverityLevel: 3,
  });
}

export async function runSession(
  session: ort.InferenceSession,
  rows: Float32Array,
  width: number,
  outputName = session.outputNames[0] ?? '',
): Promise<Float32Array> {
  const [inputName = ''] = session.inputNames;
  const outputs = await session.run({
    [inputName]: new ort.Tensor('float32', rows, [rows.length / width, width]),
  });
  return outputs[outputName]?.data as Float32Array;
}

/** None, one, a tile less, a tile and some more, many. */
const ROW_COUNTS = [0, 1, 2, 3, 15, 16, 17, 64, 257];

/** What f32 arithmetic is likely to do differently: no numbers, no ends, both zeros, denormals, the fits' bounds. */
const SPECIAL = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1e-40,
  -1e-42,
  1e38,
  -1e38,
  0.5,
  1.5,
  -2.5,
  18,
  -18,
  9,
  -9,
  88.5,
  -104,
];

/**
 * Every second row has a seventh of its numbers special, the others none: in a wide row one is enough to make NaN of all
 * that is summed. A third lie on a grid of halves, where thresholds lie too.
 */
export function specialRows(random: SeededRandom, rowCount: number, width: number): Float32Array {
  return Float32Array.from({ length: rowCount * width }, (_, i) => {
    const isSpecial = Math.floor(i / width) % 2 === 0 && random.uniform() < 0.15;
    if (isSpecial) return SPECIAL[Math.floor(random.uniform() * SPECIAL.length)] ?? 0;
    const value = 2 * random.normal();
    return random.uniform() < 0.3 ? Math.round(2 * value) / 2 : value;
  });
}

/**
 * The first number of a graph's answers whose bits differ, with all that is needed to see it again; undefined where there
 * is none. NaN is NaN: WebAssembly leaves its payload open.
 */
export async function firstDifference(
  width: number,
  seed: number,
  build: BuildGraph,
): Promise<string | undefined> {
  const graph = builtGraph(width, seed, build);
  const session = await loadOrt(encodeModel(graph.model));
  const program = loadKernel(graph);
  const random = new SeededRandom(1_000 + seed);
  try {
    for (const rowCount of ROW_COUNTS) {
      const rows = specialRows(random, rowCount, width);
      const theirs = await runSession(session, rows, width);
      const at = differentAt(program.run(rows, rowCount), theirs);
      if (at !== undefined) return `seed ${seed}, ${rowCount} rows, value ${at}`;
    }
    return undefined;
  } finally {
    program.unload();
    await session.release();
  }
}

export function differentAt(ours: Float32Array, theirs: Float32Array): number | undefined {
  if (ours.length !== theirs.length) return Math.min(ours.length, theirs.length);
  const at = ours.findIndex((value, i) => !Object.is(value, theirs[i]));
  return at < 0 ? undefined : at;
}
