import { describe, expect, it } from 'vitest';
import { ed25519PublicKey } from '../../src/core/ed25519.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { createFeatureSet, subsetOf } from '../../src/features/vector.ts';
import { openBundle } from '../../src/models/bundle.ts';
import { modelBytesMax } from '../../src/models/manifest.ts';
import { type BundleDraft, releaseBundle } from '../../src/models/release.ts';
import { constantGraph } from '../../src/onnx/constant-graph.ts';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import { encodeModel, type ModelProto } from '../../src/onnx/model-proto.ts';
import { constantDraft, testKey } from './constant-draft.ts';

const width = dailyV1.indicators.length;
const draft = constantDraft();

const modelOf = (inputWidth: number, outputDims: readonly (number | string)[] = ['batch', 1]): Uint8Array =>
  encodeModel(constantGraph(inputWidth, [0], outputDims));

const release = (changed: Partial<BundleDraft> = {}) => releaseBundle({ ...draft, ...changed }, testKey);

const errorOf = (changed: Partial<BundleDraft>): string => {
  const released = release(changed);
  return released.ok ? 'released' : released.error;
};

/** The draft's graph with one node more than it needs, of the given operator. */
function modelWith(opType: string): Uint8Array {
  const model = constantGraph(width, [0]);
  const [first] = model.graph?.nodes ?? [];
  if (!model.graph || !first) throw new Error('no graph');
  const node = { ...first, opType, outputs: ['unused'] };
  return encodeModel({ ...model, graph: { ...model.graph, nodes: [...model.graph.nodes, node] } });
}

describe('releaseBundle', () => {
  it('completes the manifest from the graph and the feature set', () => {
    const released = release();
    const manifest = released.ok ? released.value.bundle.manifest : undefined;
    expect(manifest?.model).toMatchObject({
      sizeBytes: draft.model.length,
      opset: 13,
      mlOpset: null,
      quantization: 'none',
      inputName: 'features',
      outputName: 'probability',
    });
    expect(manifest?.features).toMatchObject({ set: 'daily-v1', windowBars: dailyV1.windowBars });
    expect(manifest?.features.names).toHaveLength(width);
  });

  it('releases a direction and a risk head over some of a set’s features', () => {
    const featureSet = subsetOf(dailyV1, ['log_return_1', 'rsi_14']);
    if (!featureSet.ok) throw new Error(featureSet.error);
    const released = releaseBundle(
      constantDraft({}, { logits: [1, -1], featureSet: featureSet.value }),
      testKey,
    );
    expect(released.ok && released.value.bundle.manifest).toMatchObject({
      heads: ['direction', 'risk'],
      features: { set: 'daily-v1', names: ['log_return_1', 'rsi_14'], windowBars: 64 },
    });
  });

  it('reads the version of the trees’ operators', () => {
    const graph = constantGraph(width, [0]);
    const trees = { domain: 'ai.onnx.ml', version: 3, unknown: [] };
    const model: ModelProto = { ...graph, operatorSets: [...graph.operatorSets, trees] };
    const released = release({ model: encodeModel(model) });
    expect(released.ok && released.value.bundle.manifest.model.mlOpset).toBe(3);
  });

  it.each(['QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear', 'MatMulInteger', 'QLinearMatMul'])(
    'calls a graph with %s quantized',
    (opType) => {
      const released = release({ model: modelWith(opType) });
      expect(released.ok && released.value.bundle.manifest.model.quantization).toBe('int8');
    },
  );

  it('gives files that open as the same bundle', () => {
    const released = release();
    const publicKeys = [ed25519PublicKey(testKey)];
    expect(released.ok && openBundle(released.value.files, { publicKeys })).toEqual({
      ok: true,
      value: released.ok && released.value.bundle,
    });
  });

  it('names content: the same draft has the same bytes, another policy another version', () => {
    const first = release();
    const again = release();
    const other = release({ policy: { ...draft.policy, buyAtLeast: 0.61 } });
    expect(again).toEqual(first);
    expect(other.ok && other.value.bundle.version).not.toBe(first.ok && first.value.bundle.version);
  });

  it.each<[string, Partial<BundleDraft>, string]>([
    ['bytes that are not ONNX', { model: Uint8Array.of(1, 2, 3) }, 'not an ONNX file'],
    ['an empty model', { model: new Uint8Array() }, 'no graph'],
    ['an input of another width', { model: modelOf(width - 1) }, `must be f32[batch, ${width}]`],
    ['a fixed batch', { model: modelOf(width, [1, 1]) }, 'probability must be f32[batch, 1]'],
    [
      'an output of more columns than heads',
      { model: modelOf(width, ['batch', 2]) },
      'probability must be f32[batch, 1]',
    ],
    [
      'an output of fewer columns than heads',
      { heads: ['direction', 'risk'], policy: { ...draft.policy, riskHoldAtLeast: 0.5 } },
      'probability must be f32[batch, 2]',
    ],
    [
      'a model above the limit of size',
      { model: new Uint8Array(modelBytesMax + 1) },
      `above the limit of ${modelBytesMax}`,
    ],
    [
      'a weight that is not a number',
      { model: encodeModel(constantGraph(width, [Number.NaN])) },
      'initializer bias is not finite',
    ],
    [
      'a weight that is infinite',
      { model: encodeModel(constantGraph(width, [-Infinity])) },
      'initializer bias is not finite',
    ],
    ['a limit of risk without a risk head', { policy: { ...draft.policy, riskHoldAtLeast: 0.5 } }, 'risk'],
    ['a name that is no path segment', { name: '../coin' }, 'name'],
    [
      'thresholds that cross',
      { policy: { ...draft.policy, buyAtLeast: 0.5, sellAtMost: 0.5 } },
      'sellAtMost',
    ],
    ['a domain of another width', { domain: { min: [], max: [], baseline: [] } }, 'domain'],
    [
      'a baseline outside its domain',
      { domain: { ...draft.domain, baseline: draft.domain.min.map(() => 2e3) } },
      'lies outside its domain',
    ],
    ['a parameter that is not finite', { lineage: { ...draft.lineage, parameters: { x: NaN } } }, 'lineage'],
    [
      'features of a set that no server has',
      { featureSet: createFeatureSet('home-made', dailyV1.indicators) },
      'no feature set home-made',
    ],
    [
      'features in another order than their set',
      { featureSet: createFeatureSet('daily-v1', dailyV1.indicators.toReversed()) },
      'not in its order',
    ],
  ])('refuses %s', (_, changed, reason) => {
    expect(errorOf(changed)).toContain(reason);
  });

  it('refuses a risk head without its limit', () => {
    const { policy, ...rest } = constantDraft({}, { logits: [1, -1] });
    const released = releaseBundle({ ...rest, policy: { ...policy, riskHoldAtLeast: null } }, testKey);
    expect(released.ok ? 'released' : released.error).toContain('riskHoldAtLeast must be a number');
  });

  it('throws on a signing key that is none', () => {
    expect(() => releaseBundle(draft, 'abc')).toThrow();
  });
});

describe('a graph of more than one input', () => {
  it('is refused', () => {
    const graph = new GraphBuilder('two');
    const [a, b] = [graph.floatInput('a', ['batch', width]), graph.floatInput('b', ['batch', width])];
    graph.floatOutput(graph.node('Add', 'sum', [a, b]), ['batch', 1]);
    expect(errorOf({ model: encodeModel(graph.build()) })).toContain('exactly one input');
  });
});
