import type { GraphBuilder, GraphValue } from '../../onnx/graph-builder.ts';
import type { Tree, TreeEnsemble } from '../train/trees/tree-ensemble.ts';

/**
 * The ensemble as one TreeEnsembleRegressor, from raw features f32[batch, width] to log-odds f32[batch, 1].
 * Splits are BRANCH_LEQ, missing values follow `nodes_missing_value_tracks_true`, nothing is transformed
 * afterwards. Of each tree the splits come first, under their own indices, then the leaves.
 */
export function treeNode(
  graph: GraphBuilder,
  name: string,
  features: GraphValue,
  ensemble: TreeEnsemble,
): GraphValue {
  const nodes = new NodeLists();
  // onnxruntime wants a tree; one that adds 0 changes no sum.
  for (const tree of ensemble.trees.length > 0 ? ensemble.trees : [ZERO_TREE]) nodes.add(tree);
  return graph.mlNode('TreeEnsembleRegressor', name, [features], {
    n_targets: 1,
    aggregate_function: { string: 'SUM' },
    post_transform: { string: 'NONE' },
    base_values: { floats: [ensemble.base] },
    nodes_treeids: { ints: nodes.treeIds },
    nodes_nodeids: { ints: nodes.nodeIds },
    nodes_featureids: { ints: nodes.features },
    nodes_modes: { strings: nodes.modes },
    nodes_values: { floats: nodes.thresholds },
    nodes_truenodeids: { ints: nodes.trueIds },
    nodes_falsenodeids: { ints: nodes.falseIds },
    nodes_missing_value_tracks_true: { ints: nodes.missingTrue },
    target_treeids: { ints: nodes.leafTreeIds },
    target_nodeids: { ints: nodes.leafNodeIds },
    target_ids: { ints: nodes.leafNodeIds.map(() => 0) },
    target_weights: { floats: nodes.leafValues },
  });
}

const ZERO_TREE: Tree = {
  feature: new Int32Array(0),
  threshold: new Float32Array(0),
  missingLeft: new Uint8Array(0),
  left: new Int32Array(0),
  right: new Int32Array(0),
  leaf: new Float32Array(1),
};

/** The operator's parallel lists, tree after tree. */
class NodeLists {
  readonly treeIds: number[] = [];
  readonly nodeIds: number[] = [];
  readonly features: number[] = [];
  readonly modes: string[] = [];
  readonly thresholds: number[] = [];
  readonly trueIds: number[] = [];
  readonly falseIds: number[] = [];
  readonly missingTrue: number[] = [];
  readonly leafTreeIds: number[] = [];
  readonly leafNodeIds: number[] = [];
  readonly leafValues: number[] = [];
  #trees = 0;

  add(tree: Tree): void {
    const splitCount = tree.feature.length;
    const nodeOf = (child: number): number => (child >= 0 ? child : splitCount + ~child);
    for (let split = 0; split < splitCount; split += 1) {
      this.#addNode(split, 'BRANCH_LEQ', tree.feature[split] as number, tree.threshold[split] as number);
      this.trueIds.push(nodeOf(tree.left[split] as number));
      this.falseIds.push(nodeOf(tree.right[split] as number));
      this.missingTrue.push(tree.missingLeft[split] as number);
    }
    tree.leaf.forEach((value, leaf) => {
      this.#addNode(splitCount + leaf, 'LEAF', 0, 0);
      this.trueIds.push(0);
      this.falseIds.push(0);
      this.missingTrue.push(0);
      this.leafTreeIds.push(this.#trees);
      this.leafNodeIds.push(splitCount + leaf);
      this.leafValues.push(value);
    });
    this.#trees += 1;
  }

  #addNode(id: number, mode: string, feature: number, threshold: number): void {
    this.treeIds.push(this.#trees);
    this.nodeIds.push(id);
    this.modes.push(mode);
    this.features.push(feature);
    this.thresholds.push(threshold);
  }
}
