import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { compileGraph } from '../../../src/inference/kernel/compile-graph.ts';
import { ROOT } from '../../../src/local/build-worker.ts';
import { decodeModel } from '../../../src/onnx/model-proto.ts';
import { memory } from './kernel-and-ort.ts';

const models = [
  ['bundles/spx-1d/model.onnx', 'features', 'probability'],
  ['test/fixtures/onnx/sklearn-forest-3.onnx', 'x', 'probabilities'],
  ['test/fixtures/onnx/lightgbm.onnx', 'x', 'variable'],
  ['test/fixtures/onnx/sklearn-mlp-2.onnx', 'x', 'probabilities'],
] as const;

it.each(models)(
  '%s, damaged at random, is refused or runs: nothing is thrown and no memory is left',
  (...model) => {
    const [path, inputName, outputName] = model;
    const file = readFileSync(join(ROOT, path));
    for (let seed = 1; seed <= 400; seed += 1) {
      const random = new SeededRandom(seed);
      const damaged = new Uint8Array(file);
      for (let i = 0; i < 1 + random.below(4); i += 1)
        damaged[random.below(damaged.length)] = random.below(256);
      const cut = random.below(4) === 0 ? damaged.subarray(0, random.below(damaged.length)) : damaged;
      const decoded = decodeModel(cut);
      if (!decoded.ok) continue;
      const program = compileGraph(decoded.value, { inputName, outputName });
      if (!program.ok) {
        expect(program.error.length, `seed ${seed}`).toBeGreaterThan(0);
        continue;
      }
      const loaded = memory.load(program.value);
      if (!loaded.ok) continue;
      const scores = loaded.value.run(new Float32Array(3 * program.value.inputWidth), 3);
      expect(scores, `seed ${seed}`).toHaveLength(3 * program.value.outputWidth);
      loaded.value.unload();
    }
  },
);
