import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { compileGraph } from '../../../src/inference/kernel/compile-graph.ts';
import { KernelMemory } from '../../../src/inference/kernel/kernel-memory.ts';
import { SHIPPED_BUNDLES } from '../../../src/local/build-worker.ts';
import { KERNEL_WASM } from '../../../src/local/kernel-wasm.ts';
import { decodeModel } from '../../../src/onnx/model-proto.ts';
import { shippedGraph } from '../inference/shipped-graph.ts';
import type { MicroCase } from './micro-case.ts';

const ROWS = 4_096;
const WIDTH = 32;
const PROGRAM_BYTES_MAX = 33_554_432;
/** Steps of a quantized feature: its range in 16 bits, as text needs no escape below the surrogates. */
const STEPS = 0xd000;

const rowThroughKernel = (model: string): MicroCase => ({
  name: `a row through the kernel, ${model}`,
  baseline: null,
  prepare: () => {
    const directory = join(SHIPPED_BUNDLES, model);
    const manifest = readFileSync(join(directory, 'manifest.json'), 'utf8');
    const graph = shippedGraph(manifest, readFileSync(join(directory, 'model.onnx')));
    const decoded = decodeModel(graph.bytes);
    if (!decoded.ok) throw new Error(decoded.error);
    const compiled = compileGraph(decoded.value, graph);
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
    const memory = new KernelMemory(new WebAssembly.Module(readFileSync(KERNEL_WASM)), PROGRAM_BYTES_MAX);
    const loaded = memory.load(compiled.value);
    if (!loaded.ok) throw new Error(loaded.error);
    const rows = randomRows(graph.featureCount);
    return (index) => loaded.value.run(rows[index % ROWS] as Float32Array, 1)[0] as number;
  },
});

/**
 * A cache of scores against what it would save. Its least cost is a hit: the row is quantized to a key, and the key is
 * found among as many as a bounded cache would hold. Neither ages nor is anything evicted here.
 */
export const cacheCases: readonly MicroCase[] = [
  {
    name: `a hit in a cache of ${ROWS} rows of ${WIDTH} features`,
    baseline: 'a row through the kernel, spx-1d',
    prepare: () => {
      const rows = randomRows(WIDTH);
      const scores = new Map(rows.map((row, index) => [keyOf(row), index]));
      return (index) => scores.get(keyOf(rows[index % ROWS] as Float32Array)) as number;
    },
  },
  rowThroughKernel('spx-1d'),
  rowThroughKernel('active'),
];

function randomRows(width: number): readonly Float32Array[] {
  const random = new SeededRandom(1);
  return Array.from({ length: ROWS }, () => Float32Array.from({ length: width }, () => random.uniform()));
}

function keyOf(row: Float32Array): string {
  const codes = new Uint16Array(row.length);
  for (let index = 0; index < row.length; index += 1) codes[index] = (row[index] as number) * STEPS;
  return String.fromCharCode(...codes);
}
