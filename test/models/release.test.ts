import { describe, expect, it } from 'vitest';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { openBundle } from '../../src/models/bundle.ts';
import { type BundleDraft, releaseBundle } from '../../src/models/release.ts';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import { encodeModel } from '../../src/onnx/model-proto.ts';

const width = dailyV1.indicators.length;

function modelOf(inputWidth: number, outputDims: readonly (number | string)[] = ['batch', 1]): Uint8Array {
  const graph = new GraphBuilder('test');
  const x = graph.floatInput('features', ['batch', inputWidth]);
  const weights = { dims: [inputWidth, 1], values: new Float32Array(inputWidth) };
  const product = graph.node('MatMul', 'logit', [x, graph.constant('weights', weights)]);
  graph.floatOutput(graph.node('Sigmoid', 'probability', [product]), outputDims);
  return encodeModel(graph.build());
}

const draft: BundleDraft = {
  name: 'coin',
  purpose: 'test',
  model: modelOf(width),
  featureSet: dailyV1,
  target: 'nothing',
  symbols: ['DEMO'],
  interval: '1d',
  calendar: '24x7',
  policy: { buyAtLeast: 0.6, sellAtMost: 0.4, sizeFullAt: 0.2, validForMs: 1_000 },
  domain: {
    min: Array.from({ length: width }, () => -1),
    max: Array.from({ length: width }, () => 1),
    baseline: Array.from({ length: width }, () => 0),
  },
  data: { source: 'none', sha256: '0'.repeat(64), rows: 1, from: '2020-01-01', to: '2020-01-01' },
  metrics: { testAuc: 0.5 },
  lineage: { seed: 1, recipe: 'by hand' },
};

const errorOf = (changed: Partial<BundleDraft>): string => {
  const released = releaseBundle({ ...draft, ...changed });
  return released.ok ? 'released' : released.error;
};

describe('releaseBundle', () => {
  it('completes the manifest from the graph and the feature set', () => {
    const released = releaseBundle(draft);
    const manifest = released.ok ? released.value.bundle.manifest : undefined;
    expect(manifest?.model).toMatchObject({
      sizeBytes: draft.model.length,
      opset: 13,
      quantization: 'none',
      inputName: 'features',
      outputName: 'probability',
    });
    expect(manifest?.features).toMatchObject({ set: 'daily-v1', windowBars: dailyV1.windowBars });
    expect(manifest?.features.names).toHaveLength(width);
  });

  it('gives files that open as the same bundle', () => {
    const released = releaseBundle(draft);
    expect(released.ok && openBundle(released.value.files)).toEqual({
      ok: true,
      value: released.ok && released.value.bundle,
    });
  });

  it('names content: the same draft has the same bytes, another policy another version', () => {
    const first = releaseBundle(draft);
    const again = releaseBundle(draft);
    const other = releaseBundle({ ...draft, policy: { ...draft.policy, buyAtLeast: 0.61 } });
    expect(again).toEqual(first);
    expect(other.ok && other.value.bundle.version).not.toBe(first.ok && first.value.bundle.version);
  });

  it.each<[string, Partial<BundleDraft>, string]>([
    ['bytes that are not ONNX', { model: Uint8Array.of(1, 2, 3) }, 'not an ONNX file'],
    ['an empty model', { model: new Uint8Array() }, 'no graph'],
    ['an input of another width', { model: modelOf(width - 1) }, `must be f32[batch, ${width}]`],
    ['a fixed batch', { model: modelOf(width, [1, 1]) }, 'probability must be f32[batch, 1]'],
    [
      'an output of two columns',
      { model: modelOf(width, ['batch', 2]) },
      'probability must be f32[batch, 1]',
    ],
    ['a name that is no path segment', { name: '../coin' }, 'name'],
    [
      'thresholds that cross',
      { policy: { ...draft.policy, buyAtLeast: 0.5, sellAtMost: 0.5 } },
      'sellAtMost',
    ],
    ['a domain of another width', { domain: { min: [], max: [], baseline: [] } }, 'domain'],
    [
      'a baseline outside its domain',
      { domain: { ...draft.domain, baseline: draft.domain.min.map(() => 2) } },
      'lies outside its domain',
    ],
    ['a metric that is not finite', { metrics: { testAuc: NaN } }, 'metrics'],
  ])('refuses %s', (_, changed, reason) => {
    expect(errorOf(changed)).toContain(reason);
  });
});
