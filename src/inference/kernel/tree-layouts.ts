import type { Ensemble, TreeLeaf, TreeNode, TreeSplit } from './tree-ensemble.ts';

const LESS_OR_EQUAL = 0b0011;
const UNORDERED = 0b1000;
/** Deeper trees are padded to too many splits that nobody set. */
const HEAP_DEPTH_MAX = 8;
/** 32 KB, which stay in the first cache; larger ones must not be mostly padding. */
const PADDED_SPLITS_MAX = 4_096;
/** Trees that are walked side by side. */
const GROUP = 4;

export interface HeapLayout {
  readonly groups: number;
  readonly hasMissing: boolean;
  readonly bytes: Uint8Array;
}

/**
 * Trees of one target whose every split is ≤, without gaps as `heapTrees` of the kernel walks them; undefined where they
 * are not such, or where padding would more than treble them.
 */
export function heapLayout({ roots, targets }: Ensemble): HeapLayout | undefined {
  const splits = roots.flatMap(splitsOf);
  const isSimple = splits.every(({ cases }) => (cases & ~UNORDERED) === LESS_OR_EQUAL);
  if (targets !== 1 || !isSimple) return undefined;
  const groups = Array.from({ length: Math.ceil(roots.length / GROUP) }, (_, i) =>
    roots.slice(i * GROUP, (i + 1) * GROUP),
  );
  const depths = groups.map((group) => Math.max(...group.map(depthOf)));
  const sizes = depths.map((depth) => GROUP * ((1 << depth) - 1));
  const padded = sizes.reduce((sum, size) => sum + size, 0);
  const isLarge = padded > PADDED_SPLITS_MAX && padded > 3 * splits.length;
  if (Math.max(...depths) > HEAP_DEPTH_MAX || isLarge) return undefined;
  const parts = groups.map((group, i) => groupBytes(group, depths[i] ?? 0));
  return {
    groups: groups.length,
    hasMissing: splits.some(({ cases }) => (cases & UNORDERED) !== 0),
    bytes: joined(parts),
  };
}

/** {depth, bytes}, the splits, the leaves, of four trees side by side. A tree that is not there adds 0. */
function groupBytes(group: readonly TreeNode[], depth: number): Uint8Array {
  const splits = (1 << depth) - 1;
  const leaves = 1 << depth;
  const bytes = new Uint8Array(8 + GROUP * (splits * 8 + leaves * 4));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, depth, true);
  view.setUint32(4, bytes.length, true);
  const fill = (node: TreeNode, tree: number, place: number): void => {
    if (place >= splits) {
      const at = 8 + GROUP * splits * 8 + ((place - splits) * GROUP + tree) * 4;
      view.setFloat32(at, node.kind === 'leaf' ? (node.weights[0] ?? 0) : NaN, true);
      return;
    }
    const at = 8 + (place * GROUP + tree) * 8;
    if (node.kind === 'split') {
      view.setFloat32(at, node.threshold, true);
      view.setUint32(at + 4, node.column * 4 + (node.cases & UNORDERED ? 1 : 0), true);
    }
    // Below a leaf both ways lead to it.
    fill(node.kind === 'split' ? node.whenTrue : node, tree, 2 * place + 1);
    fill(node.kind === 'split' ? node.whenFalse : node, tree, 2 * place + 2);
  };
  const nothing: TreeLeaf = { kind: 'leaf', weights: [0] };
  for (let tree = 0; tree < GROUP; tree += 1) fill(group[tree] ?? nothing, tree, 0);
  return bytes;
}

export interface LinkedLayout {
  /** Offsets of the roots, then the nodes. */
  readonly nodes: Int32Array;
  /** [leaves × targets]. */
  readonly leaves: Float32Array;
}

/** Any trees, as `linkedTrees` of the kernel walks them. A target that a leaf does not name is given `absent`. */
export function linkedLayout({ roots, targets }: Ensemble, absent: number): LinkedLayout {
  const words: number[] = new Array<number>(roots.length).fill(0);
  const leaves: number[] = [];
  const bits = new DataView(new ArrayBuffer(4));
  const write = (node: TreeNode): number => {
    const at = words.length;
    words.push(0, -1, 0, 0);
    if (node.kind === 'leaf') {
      words[at + 2] = leaves.length * 4;
      for (let target = 0; target < targets; target += 1) leaves.push(node.weights[target] ?? absent);
      return at * 4;
    }
    bits.setFloat32(0, node.threshold);
    words[at] = bits.getInt32(0);
    words[at + 1] = node.column * 16 + node.cases;
    words[at + 2] = write(node.whenTrue);
    words[at + 3] = write(node.whenFalse);
    return at * 4;
  };
  roots.forEach((root, tree) => {
    words[tree] = write(root);
  });
  return { nodes: Int32Array.from(words), leaves: Float32Array.from(leaves) };
}

function splitsOf(node: TreeNode): readonly TreeSplit[] {
  return node.kind === 'leaf' ? [] : [node, ...splitsOf(node.whenTrue), ...splitsOf(node.whenFalse)];
}

export function leavesOf(node: TreeNode): readonly TreeLeaf[] {
  return node.kind === 'leaf' ? [node] : [...leavesOf(node.whenTrue), ...leavesOf(node.whenFalse)];
}

const depthOf = (node: TreeNode): number =>
  node.kind === 'leaf' ? 0 : 1 + Math.max(depthOf(node.whenTrue), depthOf(node.whenFalse));

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
