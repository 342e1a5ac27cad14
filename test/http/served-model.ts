import { dailyV1 } from '../../src/features/daily-v1.ts';
import { type Catalog, createCatalog, type ServedModel } from '../../src/models/catalog.ts';
import { constantFacts } from '../models/constant-facts.ts';

/** A model that scores every row the same, by one head or two: for tests of what stands around the engine. */
export function constantModel(
  scores: number | readonly [direction: number, risk: number],
  overrides: Partial<ServedModel['bundle']['manifest']> = {},
): ServedModel {
  const row = typeof scores === 'number' ? [scores] : scores;
  const facts = constantFacts(row.length);
  const names = dailyV1.indicators.map((indicator) => indicator.name);
  return {
    featureSet: dailyV1,
    runnable: {
      engine: 'ort',
      engineReason: 'it is a stand-in',
      release: () => undefined,
      run: async (_rows, rowCount) => {
        const value = new Float32Array(rowCount * row.length);
        return { ok: true, value: value.map((_, index) => row[index % row.length] ?? Number.NaN) };
      },
    },
    bundle: {
      hash: '0'.repeat(64),
      version: '0'.repeat(12),
      model: new Uint8Array(),
      manifest: {
        ...facts,
        format: 2,
        name: 'constant',
        model: {
          sha256: '0'.repeat(64),
          sizeBytes: 1,
          opset: 13,
          mlOpset: null,
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
        policy: { ...facts.policy, sizeFullAt: 0.25 },
        domain: {
          min: names.map(() => -1e9),
          max: names.map(() => 1e9),
          baseline: names.map(() => 0),
        },
        ...overrides,
      },
    },
  };
}

export const catalogOf = (...models: readonly ServedModel[]): Catalog =>
  createCatalog({
    registryEpoch: 0,
    models,
    candidates: [],
    rungs: [],
    faults: new Map(),
    withheldSymbols: new Set(),
  });
