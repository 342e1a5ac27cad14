import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { GraphBuilder } from '../../../src/onnx/graph-builder.ts';
import { createInterpreter } from '../../../src/onnx/interpreter.ts';
import { decodeModel, encodeModel, type ModelProto } from '../../../src/onnx/model-proto.ts';
import { treeNode } from '../../../src/optimize/compress/tree-node.ts';
import { trainTrees } from '../../../src/optimize/train/trees/train-trees.ts';
import type { TreeEnsemble } from '../../../src/optimize/train/trees/tree-ensemble.ts';
import { treeLogits } from '../../../src/optimize/train/trees/tree-logits.ts';
import { plainTreeOptions } from '../../../src/optimize/train/trees/tree-options.ts';
import { runOrt } from '../../onnx/run-ort.ts';
import { randomRows } from '../train/trees/random-rows.ts';

const width = 6;

function trained(seed: number, missingShare: number): TreeEnsemble {
  const rows = randomRows({
    seed,
    count: 1200,
    width,
    missingShare,
    isOne: (row, random) => (row[0] as number) * (row[1] as number) + random.normal() > 0,
  });
  return trainTrees(rows, undefined, { ...plainTreeOptions, treesMax: 60, leavesMax: 12 });
}

function graphOf(ensemble: TreeEnsemble): ModelProto {
  const graph = new GraphBuilder('trees');
  const logits = treeNode(graph, 'y', graph.floatInput('x', ['batch', width]), ensemble);
  graph.floatOutput(logits, ['batch', 1]);
  return graph.build();
}

/** Rows of normal values, thresholds and their neighbours in f32, missing, infinite and subnormal values. */
function nastyRows(ensemble: TreeEnsemble, count: number, seed: number): Float32Array {
  const random = new SeededRandom(seed);
  const thresholds = Array.from({ length: width }, (_, feature) =>
    ensemble.trees.flatMap((tree) =>
      [...tree.threshold].filter((_, split) => tree.feature[split] === feature),
    ),
  );
  const odd = [NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-45, 3.4e38, -3.4e38];
  const neighbour = (value: number, step: number): number => {
    const bits = new Int32Array(Float32Array.of(value).buffer);
    bits[0] = (bits[0] as number) + step;
    return new Float32Array(bits.buffer)[0] as number;
  };
  return Float32Array.from({ length: count * width }, (_, i) => {
    const own = thresholds[i % width] ?? [];
    const kind = random.uniform();
    if (kind < 0.2) return odd[random.below(odd.length)] as number;
    if (kind < 0.6 && own.length > 0)
      return neighbour(own[random.below(own.length)] as number, random.below(3) - 1);
    return random.normal();
  });
}

const bitsOf = (values: Float32Array): number[] => [...new Int32Array(Float32Array.from(values).buffer)];

describe('treeNode', () => {
  it.each([
    [1, 0],
    [2, 0.2],
  ])(
    'gives the bits of treeLogits in onnxruntime-web and the interpreter (seed %i, %f missing)',
    async (seed, missingShare) => {
      const ensemble = trained(seed, missingShare);
      const model = graphOf(ensemble);
      for (const count of [1, 2, 700]) {
        const rows = nastyRows(ensemble, count, seed);
        const ours = bitsOf(treeLogits(ensemble, rows));
        expect(bitsOf(await runOrt(model, 'y', rows, width))).toEqual(ours);
        const interpreter = createInterpreter(model);
        const values = interpreter.ok
          ? interpreter.value.run(new Map([['x', { dims: [count, width], values: rows }]])).get('y')?.values
          : interpreter.error;
        expect(bitsOf(values as Float32Array)).toEqual(ours);
      }
    },
  );

  it('is the base alone without trees, and takes a tree of one leaf', async () => {
    const rows = new Float32Array(2 * width);
    const leaf = { ...emptyTree(), leaf: Float32Array.of(0.25) };
    for (const [trees, expected] of [
      [[], -1.5],
      [[leaf, leaf], -1],
    ] as const) {
      const ensemble = { width, base: -1.5, trees };
      expect([...treeLogits(ensemble, rows)]).toEqual([expected, expected]);
      expect([...(await runOrt(graphOf(ensemble), 'y', rows, width))]).toEqual([expected, expected]);
    }
  });

  it('states both operator sets, and survives the file', () => {
    const model = graphOf(trained(3, 0));
    expect(model.operatorSets.map(({ domain, version }) => [domain, version])).toEqual([
      ['', 13],
      ['ai.onnx.ml', 3],
    ]);
    expect(decodeModel(encodeModel(model))).toEqual({ ok: true, value: model });
  });
});

const emptyTree = () => ({
  feature: new Int32Array(0),
  threshold: new Float32Array(0),
  missingLeft: new Uint8Array(0),
  left: new Int32Array(0),
  right: new Int32Array(0),
});
