import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { encodeModel } from '../../../src/onnx/model-proto.ts';
import { compressTables, type TableCompression } from '../../../src/optimize/compress/compress-tables.ts';
import { minMaxCalibrator } from '../../../src/optimize/compress/min-max-calibrator.ts';
import type { ModelTables } from '../../../src/optimize/compress/model-tables.ts';
import { tablesGraph } from '../../../src/optimize/compress/tables-graph.ts';
import { networkModel, normals, randomModel } from '../../optimize/compress/random-model.ts';
import { differentAt, loadKernel, loadOrt, runSession } from './kernel-and-ort.ts';

const arithmetics: Readonly<Record<string, TableCompression['arithmetic']>> = {
  float: { kind: 'float' },
  dynamic: { kind: 'dynamic' },
  static: { kind: 'static', createCalibrator: minMaxCalibrator },
};

const models: Readonly<Record<string, (random: SeededRandom) => ModelTables>> = {
  'two heads of three members': randomModel,
  'a deep network': (random) => networkModel(random, [32, 128, 256, 128, 1]),
  'a wide network': (random) => networkModel(random, [256, 300, 5, 1]),
};

const cases = Object.keys(models).flatMap((model) =>
  Object.keys(arithmetics).map((arithmetic) => ({ model, arithmetic })),
);

/** Compressed as the factory compresses it, in 8 bits. */
function compressed(model: string, arithmetic: string, random: SeededRandom): ModelTables {
  const tables = models[model]?.(random);
  const form = arithmetics[arithmetic];
  if (!tables || !form) throw new Error('there is no such model or form');
  return compressTables(tables, {
    weightBits: 8,
    perChannel: true,
    rounding: 'nearest',
    arithmetic: form,
    keepsOutputLayers: false,
    calibration: normals(random, 400 * tables.inputWidth, 1),
    leafBits: 8,
    thresholds: { kind: 'exact' },
    floatBytes: 4,
  });
}

describe('the kernel gives the bits of onnxruntime-web for', () => {
  it.each(cases)('$model in $arithmetic 8-bit arithmetic, by the row and by the batch', async (one) => {
    for (const seed of [1, 2, 3]) {
      const random = new SeededRandom(seed);
      const tables = compressed(one.model, one.arithmetic, random);
      const model = tablesGraph('tables', tables);
      const width = tables.inputWidth;
      const kernel = loadKernel({ model, width, outputName: 'probability' }, 'features');
      const session = await loadOrt(encodeModel(model));
      for (const rowCount of [1, 1, 1, 2, 17, 64, 200, 256]) {
        const rows = normals(random, rowCount * width, 1);
        const theirs = await runSession(session, rows, width);
        const at = differentAt(kernel.run(rows, rowCount), theirs);
        expect(at, `seed ${seed}, ${rowCount} rows`).toBeUndefined();
      }
      await session.release();
      kernel.unload();
    }
  });

  it('no batch that is larger than the tile where the range is that of the batch', () => {
    const tables = compressed('two heads of three members', 'dynamic', new SeededRandom(1));
    const graph = { model: tablesGraph('tables', tables), width: 12, outputName: 'probability' };
    const kernel = loadKernel(graph, 'features');
    expect(() => kernel.run(new Float32Array(257 * 12), 257)).toThrow('257 rows are more than the 256');
  });
});
