import { dailyV1 } from '../../src/features/daily-v1.ts';
import type { Catalog, ServedModel } from '../../src/models/catalog.ts';

/** A model that scores every row the same: for tests of what stands around the engine. */
export function constantModel(
  score: number,
  overrides: Partial<ServedModel['bundle']['manifest']> = {},
): ServedModel {
  const names = dailyV1.indicators.map((indicator) => indicator.name);
  return {
    featureSet: dailyV1,
    runnable: {
      engine: 'ort',
      run: async (_rows, rowCount) => ({ ok: true, value: new Float32Array(rowCount).fill(score) }),
    },
    bundle: {
      hash: '0'.repeat(64),
      version: '0'.repeat(12),
      model: new Uint8Array(),
      manifest: {
        format: 1,
        name: 'constant',
        purpose: 'test',
        model: {
          sha256: '0'.repeat(64),
          sizeBytes: 1,
          opset: 13,
          quantization: 'none',
          inputName: 'features',
          outputName: 'score',
        },
        features: {
          set: dailyV1.name,
          contractHash: '0'.repeat(64),
          names,
          windowBars: dailyV1.windowBars,
        },
        target: 'the next close is higher',
        symbols: ['DEMO'],
        interval: '1d',
        calendar: '24x7',
        policy: { buyAtLeast: 0.6, sellAtMost: 0.4, sizeFullAt: 0.25, validForMs: 1_000 },
        domain: {
          min: names.map(() => -1e9),
          max: names.map(() => 1e9),
          baseline: names.map(() => 0),
        },
        data: { source: 'none', sha256: '0'.repeat(64), rows: 1, from: '2020-01-01', to: '2020-01-01' },
        metrics: {},
        lineage: { seed: 1, recipe: 'constant' },
        ...overrides,
      },
    },
  };
}

export function catalogOf(...models: readonly ServedModel[]): Catalog {
  return {
    models,
    byName: (name) => models.find((model) => model.bundle.manifest.name === name),
    bySymbol: (symbol) => models.find((model) => model.bundle.manifest.symbols.includes(symbol)),
  };
}
