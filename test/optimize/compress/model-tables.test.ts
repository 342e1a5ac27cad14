import { describe, expect, it } from 'vitest';
import type { Result } from '../../../src/core/result.ts';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { compressTables, type TableCompression } from '../../../src/optimize/compress/compress-tables.ts';
import { decodeTables } from '../../../src/optimize/compress/decode-tables.ts';
import { encodeTables } from '../../../src/optimize/compress/encode-tables.ts';
import { evaluateTables } from '../../../src/optimize/compress/evaluate-tables.ts';
import { minMaxCalibrator } from '../../../src/optimize/compress/min-max-calibrator.ts';
import type { ModelTables } from '../../../src/optimize/compress/model-tables.ts';
import { tablesGraph } from '../../../src/optimize/compress/tables-graph.ts';
import { ortOutputs } from '../../../src/optimize/prove/ort-outputs.ts';
import { networkModel, normals, randomModel } from './random-model.ts';

const SEED = 21;
const random = new SeededRandom(SEED);
const model = randomModel(random);
const rows = normals(random, 10_000 * model.inputWidth, 1);
const calibration = normals(random, 400 * model.inputWidth, 1);

const plain: TableCompression = {
  weightBits: 8,
  perChannel: true,
  rounding: 'nearest',
  arithmetic: { kind: 'float' },
  keepsOutputLayers: false,
  calibration,
  leafBits: 8,
  thresholds: { kind: 'exact' },
  floatBytes: 4,
};
const arithmetics: readonly TableCompression['arithmetic'][] = [
  { kind: 'float' },
  { kind: 'dynamic' },
  { kind: 'static', createCalibrator: minMaxCalibrator },
];
const forms: readonly (readonly [string, ModelTables])[] = [
  ['f32', model],
  ...arithmetics.map(
    (arithmetic) => [`int8 ${arithmetic.kind}`, compressTables(model, { ...plain, arithmetic })] as const,
  ),
  ['int16 leaves', compressTables(model, { ...plain, leafBits: 12 })],
  [
    'grid',
    compressTables(model, { ...plain, thresholds: { kind: 'grid', bits: 6 }, floatBytes: 2, weightBits: 6 }),
  ],
];

function mustBe<T>(result: Result<T, string>): T {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe(`kernel tables, seed ${SEED}`, () => {
  it.each(forms)('in %s form come back from their bytes, and give the same bytes and scores', (_, form) => {
    const bytes = mustBe(encodeTables(form));
    const decoded = mustBe(decodeTables(bytes));
    expect(mustBe(encodeTables(decoded))).toEqual(bytes);
    expect(mustBe(decodeTables(mustBe(encodeTables(decoded))))).toEqual(decoded);
    const some = rows.subarray(0, 500 * model.inputWidth);
    expect(evaluateTables(decoded, some)).toEqual(evaluateTables(form, some));
  });

  it.each(forms)('in %s form are scored to the bit as onnxruntime scores their graph', async (name, form) => {
    const values = name === 'int8 dynamic' ? rows.subarray(0, 2_000 * model.inputWidth) : rows;
    const batchSize = name === 'int8 dynamic' ? 1 : 1_000;
    const outputs = await ortOutputs(
      tablesGraph('tables', form),
      { input: 'features', width: model.inputWidth, values, batchSize },
      ['probability'],
    );
    const scores = evaluateTables(form, values);
    const differing = scores.filter((score, i) => !Object.is(score, outputs.get('probability')?.[i]));
    expect(differing).toHaveLength(0);
    expect(new Set(scores).size).toBeGreaterThan(1_000);
  });

  it.each([1, 7])(
    'sum more than 256 products in the blocks of onnxruntime, asked %i rows at a time',
    async (batchSize) => {
      const wide = networkModel(random, [256, 300, 5, 1]);
      const values = normals(random, 70 * 256, 1);
      const source = { input: 'features', width: 256, values, batchSize };
      for (const form of [wide, compressTables(wide, { ...plain, calibration: values })]) {
        const outputs = await ortOutputs(tablesGraph('wide', form), source, ['probability']);
        expect(evaluateTables(form, values)).toEqual(outputs.get('probability'));
      }
    },
  );

  it('carry codes from one static layer to the next with a single rounding, as onnxruntime does', async () => {
    const wide = networkModel(random, [32, 128, 256, 128, 1]);
    const values = normals(random, 10_000 * 32, 1);
    const source = { input: 'features', width: 32, values, batchSize: 1_000 };
    const choice = {
      ...plain,
      calibration: values.subarray(0, 32_000),
      arithmetic: arithmetics[2] ?? plain.arithmetic,
    };
    const form = compressTables(wide, choice);
    const outputs = await ortOutputs(tablesGraph('wide', form), source, ['probability']);
    expect(evaluateTables(form, values)).toEqual(outputs.get('probability'));
  });

  it('send missing values of trees where onnxruntime sends them', async () => {
    const trees = {
      ...model,
      heads: model.heads.map((head) => ({ ...head, members: head.members.slice(2) })),
    };
    const holed = rows.subarray(0, 500 * model.inputWidth).map((value, i) => (i % 5 === 0 ? NaN : value));
    const source = { input: 'features', width: model.inputWidth, values: holed, batchSize: 100 };
    const outputs = await ortOutputs(tablesGraph('trees', trees), source, ['probability']);
    expect(evaluateTables(trees, holed)).toEqual(outputs.get('probability'));
  });

  it('refuse a file that is cut, longer, damaged in its header or empty', () => {
    const bytes = mustBe(encodeTables(model));
    expect(decodeTables(bytes.subarray(0, bytes.length - 1)).ok).toBe(false);
    expect(decodeTables(bytes.subarray(0, 20)).ok).toBe(false);
    expect(decodeTables(Uint8Array.of(...bytes, 0)).ok).toBe(false);
    expect(decodeTables(bytes.with(4, 2)).ok).toBe(false);
    expect(decodeTables(new Uint8Array(0)).ok).toBe(false);
  });

  it('take fewer bytes with coarser leaves, thresholds and floats', () => {
    const [, f32] = forms[0] ?? ['', model];
    const sizes = [f32, forms[1]?.[1], forms.at(-1)?.[1]].map(
      (form) => mustBe(encodeTables(form ?? model)).length,
    );
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });
});
