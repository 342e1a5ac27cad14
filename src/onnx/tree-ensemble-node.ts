import { ML_DOMAIN } from './graph-builder.ts';
import type { AttributeProto, NodeProto } from './model-proto.ts';

/** The part of a trained tree ensemble that the node is made from; see `src/optimize/train/trees`. */
interface Trees {
  readonly base: number;
  readonly trees: readonly {
    readonly feature: Int32Array;
    readonly threshold: Float32Array;
    readonly missingLeft: Uint8Array;
    readonly left: Int32Array;
    readonly right: Int32Array;
    readonly leaf: Float32Array;
  }[];
}

/** A TreeEnsembleRegressor of one target: `value ≤ threshold` is true, leaves are summed tree by tree, base last. */
export function treeEnsembleNode(ensemble: Trees, input: string, output: string): NodeProto {
  const nodes = ensemble.trees.flatMap(nodesOf);
  const leaves = nodes.filter(({ leaf }) => leaf !== undefined);
  const ints = (name: string, of: (node: TreeNode) => number, from = nodes): AttributeProto =>
    attribute(name, { ints: from.map(of), type: 7 });
  const attributes = [
    attribute('n_targets', { int: 1, type: 2 }),
    attribute('aggregate_function', { bytes: text('SUM'), type: 3 }),
    attribute('post_transform', { bytes: text('NONE'), type: 3 }),
    attribute('base_values', { floats: [ensemble.base], type: 6 }),
    ints('nodes_treeids', ({ tree }) => tree),
    ints('nodes_nodeids', ({ id }) => id),
    ints('nodes_featureids', ({ feature }) => feature),
    attribute('nodes_values', { floats: nodes.map(({ threshold }) => threshold), type: 6 }),
    attribute('nodes_modes', {
      strings: nodes.map(({ leaf }) => text(leaf === undefined ? 'BRANCH_LEQ' : 'LEAF')),
      type: 8,
    }),
    ints('nodes_truenodeids', ({ left }) => left),
    ints('nodes_falsenodeids', ({ right }) => right),
    ints('nodes_missing_value_tracks_true', ({ missingLeft }) => missingLeft),
    ints('target_treeids', ({ tree }) => tree, leaves),
    ints('target_nodeids', ({ id }) => id, leaves),
    ints('target_ids', () => 0, leaves),
    attribute('target_weights', { floats: leaves.map(({ leaf }) => leaf ?? NaN), type: 6 }),
  ];
  const opType = 'TreeEnsembleRegressor';
  return {
    inputs: [input],
    outputs: [output],
    name: undefined,
    opType,
    attributes,
    domain: ML_DOMAIN,
    unknown: [],
  };
}

interface TreeNode {
  readonly tree: number;
  readonly id: number;
  readonly feature: number;
  readonly threshold: number;
  readonly missingLeft: number;
  readonly left: number;
  readonly right: number;
  readonly leaf: number | undefined;
}

/** Splits first, then leaves, so that split i is node i and leaf i is node splits + i. */
function nodesOf(tree: Trees['trees'][number], index: number): TreeNode[] {
  const splits = tree.feature.length;
  const idOf = (child: number): number => (child < 0 ? splits + ~child : child);
  const branch = (feature: number, split: number): TreeNode => ({
    tree: index,
    id: split,
    feature,
    threshold: tree.threshold[split] as number,
    missingLeft: tree.missingLeft[split] as number,
    left: idOf(tree.left[split] as number),
    right: idOf(tree.right[split] as number),
    leaf: undefined,
  });
  const end = { tree: index, feature: 0, threshold: 0, missingLeft: 0, left: 0, right: 0 };
  return [
    ...Array.from(tree.feature, branch),
    ...Array.from(tree.leaf, (leaf, i) => ({ ...end, id: splits + i, leaf })),
  ];
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** `type` is `AttributeProto.AttributeType`: 2 INT, 3 STRING, 6 FLOATS, 7 INTS, 8 STRINGS. */
const attribute = (name: string, value: Partial<AttributeProto>): AttributeProto => ({
  name,
  float: undefined,
  int: undefined,
  bytes: undefined,
  tensor: undefined,
  floats: [],
  ints: [],
  strings: [],
  type: undefined,
  unknown: [],
  ...value,
});
