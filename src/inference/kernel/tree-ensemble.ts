import { type OperatorContext, unsupported } from './operator-context.ts';

/** An ensemble as the operators' parallel lists say it, checked: every tree ends, every column is there. */
export interface Ensemble {
  readonly roots: readonly TreeNode[];
  readonly targets: number;
}

export type TreeNode = TreeSplit | TreeLeaf;

export interface TreeSplit {
  readonly kind: 'split';
  readonly column: number;
  readonly threshold: number;
  /** By bit: whether less, equal, greater and unordered (NaN) go to `whenTrue`. */
  readonly cases: number;
  readonly whenTrue: TreeNode;
  readonly whenFalse: TreeNode;
}

export interface TreeLeaf {
  readonly kind: 'leaf';
  /** One a target; undefined where the leaf says nothing of it. */
  readonly weights: readonly (number | undefined)[];
}

const casesOf: ReadonlyMap<string, number> = new Map([
  ['BRANCH_LT', 0b0001],
  ['BRANCH_LEQ', 0b0011],
  ['BRANCH_EQ', 0b0010],
  ['BRANCH_NEQ', 0b1101],
  ['BRANCH_GTE', 0b0110],
  ['BRANCH_GT', 0b0100],
]);
const UNORDERED = 0b1000;
/** Nobody grows such a tree; it is what would exhaust the stack. */
const DEPTH_MAX = 500;

/** `nodes_*` and the leaves' weights under `prefix` (`target` or `class`), for rows of `width`. */
export function readEnsemble(
  node: OperatorContext,
  prefix: 'target' | 'class',
  targets: number,
  width: number,
): Ensemble {
  const lists = readLists(node);
  const weights = readWeights(node, prefix, targets);
  const done = new Map<string, TreeNode>();
  const open = new Set<string>();
  const used = new Set<string>();
  const build = (tree: number, id: number): TreeNode => {
    if (open.size > DEPTH_MAX) unsupported(`tree ${tree} is deeper than ${DEPTH_MAX}`);
    const key = `${tree}/${id}`;
    const at = lists.positions.get(key);
    if (at === undefined) return unsupported(`tree ${tree} has no node ${id}`);
    if (open.has(key) || done.has(key)) return unsupported(`node ${id} of tree ${tree} is reached twice`);
    open.add(key);
    const made = lists.modes[at] === 'LEAF' ? leafOf(key) : splitOf(at, tree);
    open.delete(key);
    done.set(key, made);
    return made;
  };
  const leafOf = (key: string): TreeLeaf => {
    used.add(key);
    return { kind: 'leaf', weights: weights.get(key) ?? new Array<undefined>(targets).fill(undefined) };
  };
  const splitOf = (at: number, tree: number): TreeSplit => {
    const cases = casesOf.get(lists.modes[at] ?? '');
    const column = lists.columns[at] ?? -1;
    const threshold = lists.thresholds[at] ?? NaN;
    if (cases === undefined) unsupported(`mode ${lists.modes[at]}`);
    if (!(Number.isInteger(column) && column >= 0 && column < width))
      unsupported(`a split on column ${column} of ${width}`);
    if (Number.isNaN(threshold)) unsupported('a threshold that is NaN');
    return {
      kind: 'split',
      column,
      threshold,
      cases: lists.missingTrue[at] === 1 ? cases | UNORDERED : cases,
      whenTrue: build(tree, lists.whenTrue[at] ?? -1),
      whenFalse: build(tree, lists.whenFalse[at] ?? -1),
    };
  };
  const roots = lists.roots.map((at) => build(lists.trees[at] ?? -1, lists.ids[at] ?? -1));
  if (roots.length === 0) unsupported('no trees');
  if (done.size !== lists.ids.length) unsupported('nodes that no tree reaches');
  for (const key of weights.keys()) if (!used.has(key)) unsupported(`weights at ${key}, which is no leaf`);
  return { roots, targets };
}

function readLists(node: OperatorContext) {
  const trees = node.ints('nodes_treeids');
  const lists = {
    trees,
    ids: node.ints('nodes_nodeids'),
    modes: node.texts('nodes_modes'),
    columns: node.ints('nodes_featureids'),
    thresholds: node.floats('nodes_values'),
    whenTrue: node.ints('nodes_truenodeids'),
    whenFalse: node.ints('nodes_falsenodeids'),
  };
  for (const [name, list] of Object.entries(lists)) {
    if (list.length !== trees.length)
      unsupported(`${name}: ${list.length} entries for ${trees.length} nodes`);
  }
  const positions = new Map(lists.ids.map((id, at) => [`${trees[at]}/${id}`, at]));
  if (positions.size !== trees.length) unsupported('two nodes of one tree have one id');
  const roots = trees.flatMap((tree, at) => (at === 0 || tree !== trees[at - 1] ? [at] : []));
  if (new Set(roots.map((at) => trees[at])).size !== roots.length) unsupported('a tree stands in two places');
  return { ...lists, positions, roots, missingTrue: node.ints('nodes_missing_value_tracks_true') };
}

function readWeights(
  node: OperatorContext,
  prefix: 'target' | 'class',
  targets: number,
): ReadonlyMap<string, readonly (number | undefined)[]> {
  const ids = node.ints(`${prefix}_ids`);
  const trees = node.ints(`${prefix}_treeids`);
  const nodes = node.ints(`${prefix}_nodeids`);
  const values = node.floats(`${prefix}_weights`);
  if ([trees, nodes, values].some(({ length }) => length !== ids.length))
    unsupported('lists of weights of different lengths');
  const weights = new Map<string, (number | undefined)[]>();
  ids.forEach((target, i) => {
    if (!(target >= 0 && target < targets)) unsupported(`a weight for target ${target} of ${targets}`);
    const key = `${trees[i]}/${nodes[i]}`;
    const leaf = weights.get(key) ?? new Array<undefined>(targets).fill(undefined);
    if (leaf[target] !== undefined) unsupported('two weights of one leaf for one target');
    leaf[target] = values[i] ?? NaN;
    weights.set(key, leaf);
  });
  return weights;
}
