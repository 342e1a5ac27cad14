import type { AttributeProto, NodeProto } from './model-proto.ts';
import type { Tensor } from './tensor.ts';

/**
 * `ai.onnx.ml` TreeEnsembleRegressor (version 1 and 3) on f32[rows, width], as onnxruntime evaluates it: the
 * leaves summed in f32 in the order of the trees, the base value added last.
 *
 * Only what our own models use: one target, SUM, no transform, BRANCH_LEQ, one weight a leaf. Throws on others.
 */
export function treeEnsembleRegressor(x: Tensor, node: NodeProto): Tensor {
  const forest = readForest(node);
  const [rows = 0, width = 0] = x.dims;
  const values = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const start = row * width;
    let sum = 0;
    for (const root of forest.roots) {
      const leaf = leafOf(forest, root, (feature) => x.values[start + feature] ?? NaN);
      sum = Math.fround(sum + (forest.weights[leaf] as number));
    }
    values[row] = sum + forest.base;
  }
  return { dims: [rows, 1], values };
}

/** Nodes of all trees under one index, by which they stand in the attributes. */
interface Forest {
  readonly roots: readonly number[];
  readonly isLeaf: readonly boolean[];
  readonly features: readonly number[];
  readonly thresholds: readonly number[];
  readonly missingTrue: readonly number[];
  readonly whenTrue: readonly number[];
  readonly whenFalse: readonly number[];
  /** Of each leaf; 0 elsewhere. */
  readonly weights: Float32Array;
  readonly base: number;
}

function leafOf(forest: Forest, root: number, featureValue: (feature: number) => number): number {
  let node = root;
  while (!forest.isLeaf[node]) {
    const value = featureValue(forest.features[node] as number);
    const isTrue = Number.isNaN(value)
      ? forest.missingTrue[node] === 1
      : value <= (forest.thresholds[node] as number);
    node = (isTrue ? forest.whenTrue[node] : forest.whenFalse[node]) as number;
  }
  return node;
}

function readForest(node: NodeProto): Forest {
  const attributes = new Map(node.attributes.map((attribute) => [attribute.name ?? '', attribute]));
  assertSupported(attributes);
  const ints = (name: string): readonly number[] => attributes.get(name)?.ints ?? [];
  const floats = (name: string): readonly number[] => attributes.get(name)?.floats ?? [];
  const treeIds = ints('nodes_treeids');
  const modes = attributes.get('nodes_modes')?.strings.map(text) ?? [];
  if (modes.some((mode) => mode !== 'LEAF' && mode !== 'BRANCH_LEQ'))
    throw new Error('a tree has a mode other than BRANCH_LEQ');
  const isLeaf = modes.map((mode) => mode === 'LEAF');
  const positions = new Map(ints('nodes_nodeids').map((id, i) => [`${treeIds[i]}/${id}`, i]));
  const positionOf = (tree: number | undefined, id: number | undefined): number => {
    const position = positions.get(`${tree}/${id}`);
    if (position === undefined) throw new Error(`tree ${tree} has no node ${id}`);
    return position;
  };
  const children = (name: string): number[] =>
    ints(name).map((id, i) => (isLeaf[i] ? -1 : positionOf(treeIds[i], id)));
  const weights = new Float32Array(treeIds.length);
  const leafTrees = ints('target_treeids');
  ints('target_nodeids').forEach((id, i) => {
    weights[positionOf(leafTrees[i], id)] = floats('target_weights')[i] ?? NaN;
  });
  return {
    roots: treeIds.flatMap((tree, i) => (i === 0 || tree !== treeIds[i - 1] ? [i] : [])),
    isLeaf,
    features: ints('nodes_featureids'),
    thresholds: floats('nodes_values'),
    missingTrue: ints('nodes_missing_value_tracks_true'),
    whenTrue: children('nodes_truenodeids'),
    whenFalse: children('nodes_falsenodeids'),
    weights,
    base: floats('base_values')[0] ?? 0,
  };
}

function assertSupported(attributes: ReadonlyMap<string, AttributeProto>): void {
  const textOf = (name: string, otherwise: string): string => {
    const bytes = attributes.get(name)?.bytes;
    return bytes ? text(bytes) : otherwise;
  };
  const targets = attributes.get('n_targets')?.int;
  if (targets !== 1) throw new Error(`a tree ensemble of ${targets} targets is not supported`);
  const aggregate = textOf('aggregate_function', 'SUM');
  const transform = textOf('post_transform', 'NONE');
  if (aggregate !== 'SUM' || transform !== 'NONE')
    throw new Error(`tree ensembles with ${aggregate} and ${transform} are not supported`);
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
