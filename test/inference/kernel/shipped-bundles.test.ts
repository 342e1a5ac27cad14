import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { compileGraph } from '../../../src/inference/kernel/compile-graph.ts';
import { SHIPPED_BUNDLES } from '../../../src/local/build-worker.ts';
import { decodeModel } from '../../../src/onnx/model-proto.ts';
import { differentAt, loadOrt, memory, runSession } from './kernel-and-ort.ts';

const SEED = 20_260;
const ROWS = 100_000;
const BATCH = 1_000;

/** Within what the model was trained on, a little beyond, and a tenth of them on thresholds' likely places. */
function rowsOf(random: SeededRandom, min: readonly number[], max: readonly number[]): Float32Array {
  const width = min.length;
  return Float32Array.from({ length: BATCH * width }, (_, i) => {
    const [low = 0, high = 0] = [min[i % width], max[i % width]];
    const value = low + (high - low) * (1.2 * random.uniform() - 0.1);
    return random.uniform() < 0.1 ? Math.round(64 * value) / 64 : value;
  });
}

describe.each(['spx-1d', 'active'])('the shipped bundle %s', (name) => {
  it(`scores ${ROWS} rows with no bit other than onnxruntime-web's`, { timeout: 120_000 }, async () => {
    const bytes = readFileSync(join(SHIPPED_BUNDLES, name, 'model.onnx'));
    const manifest = JSON.parse(readFileSync(join(SHIPPED_BUNDLES, name, 'manifest.json'), 'utf8'));
    const model = decodeModel(bytes);
    if (!model.ok) throw new Error(model.error);
    const program = compileGraph(model.value, manifest.model);
    if (!program.ok) throw new Error(JSON.stringify(program.error));
    const loaded = memory.load(program.value);
    if (!loaded.ok) throw new Error(loaded.error);
    const session = await loadOrt(bytes);
    const random = new SeededRandom(SEED);
    const { min, max } = manifest.domain;
    for (let batch = 0; batch * BATCH < ROWS; batch += 1) {
      const rows = rowsOf(random, min, max);
      const theirs = await runSession(session, rows, min.length);
      const at = differentAt(loaded.value.run(rows, BATCH), theirs);
      expect(at, `seed ${SEED}, batch ${batch}`).toBeUndefined();
      // One row alone takes other loops than a row of many.
      const one = rows.subarray(0, min.length);
      expect(loaded.value.run(one, 1)).toEqual(theirs.subarray(0, 2));
    }
    await session.release();
    loaded.value.unload();
  });
});
