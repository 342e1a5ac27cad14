import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import type { Engine, ModelGraph, Runnable } from '../../../src/inference/engine.ts';
import { createKernelEngine } from '../../../src/inference/kernel/kernel-engine.ts';
import { createOrtEngine } from '../../../src/inference/ort.ts';
import { SHIPPED_BUNDLES } from '../../../src/local/build-worker.ts';
import { KERNEL_WASM } from '../../../src/local/kernel-wasm.ts';
import type { Subject } from '../interleave.ts';
import type { Suite } from '../suite.ts';
import { shippedGraph } from './shipped-graph.ts';

const METRIC = 'us/row';
const MODELS = ['spx-1d', 'active'];
const BATCHES = [1, 64];
const SAMPLE_MS = 150;
/** Batches of different rows that are run in turn, so that no branch is learnt by heart. */
const VARIETY = 64;
const SEED = 1;

/** Rows through the shipped models, by both engines behind the port that decisions go through, in one process. */
export const inference: Suite = {
  name: 'inference',
  title: 'Inference of the shipped models on Node',
  metrics: [{ name: METRIC, better: 'lower', isCompared: true }],
  rounds: 9,
  async prepare({ only }) {
    const engines = enginesOf();
    const subjects: Subject[] = [];
    for (const model of MODELS) {
      const graph = graphOf(model);
      const runnables = new Map<string, Runnable>();
      for (const engine of engines) runnables.set(engine.name, await prepared(engine, graph));
      for (const rows of BATCHES) {
        for (const [name, runnable] of runnables) {
          const called = (engine: string) => `${model}, ${rows} row${rows === 1 ? '' : 's'}, ${engine}`;
          subjects.push({
            name: called(name),
            baseline: name === 'ort' ? null : called('ort'),
            measure: async () => ({ [METRIC]: await usPerRow(runnable, graph, rows) }),
          });
        }
      }
    }
    return {
      subjects: subjects.filter(({ name }) => name.includes(only)),
      conditions: [
        `Each sample is ${SAMPLE_MS} ms of calls, one after the other, on ${VARIETY} batches of different rows; one process, one thread, nothing pinned.`,
      ],
      faults: () => [],
      close: async () => undefined,
    };
  },
};

function enginesOf(): readonly Engine[] {
  const bytes = readFileSync(KERNEL_WASM);
  return [createOrtEngine({}), createKernelEngine({ module: new WebAssembly.Module(bytes) })];
}

function graphOf(model: string): ModelGraph {
  const directory = join(SHIPPED_BUNDLES, model);
  const manifest = readFileSync(join(directory, 'manifest.json'), 'utf8');
  return shippedGraph(manifest, readFileSync(join(directory, 'model.onnx')));
}

async function prepared(engine: Engine, graph: ModelGraph): Promise<Runnable> {
  const runnable = await engine.prepare(graph);
  if (!runnable.ok) throw new Error(`${engine.name}: ${runnable.error.detail}`);
  return runnable.value;
}

async function usPerRow(runnable: Runnable, graph: ModelGraph, rows: number): Promise<number> {
  const batches = batchesOf(graph, rows);
  const startedMs = performance.now();
  let calls = 0;
  for (;;) {
    // The clock is read between whole turns only: it costs as much as a row.
    for (const batch of batches) {
      const scores = await runnable.run(batch, rows);
      if (!scores.ok) throw new Error(scores.error.detail);
    }
    calls += batches.length;
    const durationMs = performance.now() - startedMs;
    if (durationMs >= SAMPLE_MS) return (durationMs * 1_000) / (calls * rows);
  }
}

/** Around what the model was trained on. */
function batchesOf({ probe, featureCount }: ModelGraph, rows: number): readonly Float32Array[] {
  const random = new SeededRandom(SEED);
  return Array.from({ length: VARIETY }, () =>
    Float32Array.from({ length: rows * featureCount }, (_, i) => {
      const middle = probe[i % featureCount] ?? 0;
      return middle + (Math.abs(middle) + 0.01) * random.normal();
    }),
  );
}
