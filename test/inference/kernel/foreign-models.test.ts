import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { decodeModel } from '../../../src/onnx/model-proto.ts';
import { differentAt, loadKernel, loadOrt, runSession, specialRows } from './kernel-and-ort.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/onnx');
const WIDTH = 6;

/** Made by the script beside them. */
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.onnx'));

function graphOf(name: string) {
  const bytes = readFileSync(join(FOLDER, name));
  const model = decodeModel(bytes);
  if (!model.ok) throw new Error(model.error);
  const outputs = model.value.graph?.outputs ?? [];
  // Of a classifier the first output are labels.
  const outputName = outputs.at(-1)?.name ?? '';
  return { bytes, graph: { model: model.value, width: WIDTH, outputName } };
}

describe('of models by other tools', () => {
  it.each(names)('the kernel gives the bits of onnxruntime-web for %s', async (name) => {
    const { bytes, graph } = graphOf(name);
    const session = await loadOrt(bytes);
    const kernel = loadKernel(graph, session.inputNames[0]);
    for (const seed of [1, 2, 3]) {
      const random = new SeededRandom(seed);
      for (const rowCount of [1, 2, 17, 64, 300]) {
        const rows = specialRows(random, rowCount, WIDTH);
        const theirs = await runSession(session, rows, WIDTH, graph.outputName);
        const at = differentAt(kernel.run(rows, rowCount), theirs);
        expect(at, `seed ${seed}, ${rowCount} rows`).toBeUndefined();
      }
    }
    kernel.unload();
    await session.release();
  });
});
