import { copyInto } from './compile-columns.ts';
import { mappedRows } from './compile-elementwise.ts';
import { type GraphOperand, labelOperand } from './graph-operand.ts';
import { opcode } from './opcodes.ts';
import { type CompileNode, type OperatorContext, rowsOf, unsupported } from './operator-context.ts';
import { postTransformed, postTransformOf } from './post-transform.ts';
import { int, type Place, reads, writes } from './program-writer.ts';
import { type Ensemble, readEnsemble } from './tree-ensemble.ts';
import { heapLayout, leavesOf, linkedLayout } from './tree-layouts.ts';
import { withRow } from './with-row.ts';

/** How leaves become one number: their sum, mean, least or greatest, in f32 in the order of the trees. */
type Aggregate = 'SUM' | 'AVERAGE' | 'MIN' | 'MAX';

const transforms = { logistic: opcode.mlLogistic, softmax: opcode.mlSoftmax } as const;

/** TreeEnsembleRegressor, versions 1 and 3. */
export const treeEnsembleRegressor: CompileNode = (node) => {
  refuseDoubles(node);
  const { place } = node.rows(0);
  const targets = node.int('n_targets', 1);
  const aggregate = aggregateOf(node.text('aggregate_function', 'SUM'));
  const ensemble = readEnsemble(node, 'target', targets, place.width);
  const base = node.floats('base_values');
  if (base.length !== 0 && base.length !== targets) unsupported(`${base.length} base values`);
  // onnxruntime leaves out the base of a target that no leaf of a row names.
  if (base.length > 0 && !namesAll(ensemble)) unsupported('base values and targets that a row may not reach');
  let scores = writeTrees(node, place, ensemble, aggregate);
  if (aggregate === 'AVERAGE')
    scores = withRow(node.writer, opcode.divideData, scores, [ensemble.roots.length]);
  if (base.length > 0) scores = withRow(node.writer, opcode.addData, scores, base);
  return [postTransformed(node, scores, transforms)];
};

/**
 * TreeEnsembleClassifier, versions 1 and 3: only its scores. Two classes of which leaves name the first alone are scored
 * as onnxruntime does; otherwise every row has to reach every class, since the form of the answer depends on it.
 */
export const treeEnsembleClassifier: CompileNode = (node) => {
  refuseDoubles(node);
  const { place } = node.rows(0);
  const labels = Math.max(node.ints('classlabels_int64s').length, node.texts('classlabels_strings').length);
  const named = new Set(node.ints('class_ids'));
  const base = node.floats('base_values');
  if (labels < 2) unsupported(`${labels} classes`);
  if (labels === 2 && named.size === 1) {
    if (!named.has(0)) unsupported('leaves that name only the second of two classes');
    if (base.length > 1) unsupported(`${base.length} base values beside leaves of one class`);
    const ensemble = readEnsemble(node, 'class', 1, place.width);
    return [labelOperand, binaryScores(node, place, ensemble, base)];
  }
  const ensemble = readEnsemble(node, 'class', labels, place.width);
  if (!namesAll(ensemble)) unsupported('classes that a row may not reach');
  if (base.length !== 0 && (base.length !== labels || labels === 2))
    unsupported(`${base.length} base values for ${labels} classes`);
  let scores = writeTrees(node, place, ensemble, 'SUM');
  if (base.length > 0) scores = withRow(node.writer, opcode.addData, scores, base);
  return [labelOperand, postTransformed(node, scores, transforms)];
};

/** [1 − p, p] where all weights are positive and [−p, p] where they are not, or the logistic of either side. */
function binaryScores(
  node: OperatorContext,
  place: Place,
  ensemble: Ensemble,
  base: readonly number[],
): GraphOperand {
  const transform = postTransformOf(node);
  const sums = writeTrees(node, place, ensemble, 'SUM');
  const score = base.length > 0 ? withRow(node.writer, opcode.addData, sums, base) : sums;
  const weights = ensemble.roots.flatMap(leavesOf).map(({ weights: [weight] }) => weight ?? 0);
  const isPositive = weights.every((weight) => weight >= 0);
  const opposite = withRow(node.writer, opcode.multiplyData, score, [-1]);
  const sides = { width: 2 };
  if (transform === 'LOGISTIC') {
    copyInto(node.writer, sides, opposite, 0);
    copyInto(node.writer, sides, score, 1);
    return mappedRows(node, opcode.mlLogistic, sides);
  }
  if (transform !== 'NONE') unsupported(`post_transform ${transform} of leaves of one class`);
  copyInto(
    node.writer,
    sides,
    isPositive ? withRow(node.writer, opcode.subtractFromData, score, [1]) : opposite,
    0,
  );
  copyInto(node.writer, sides, score, 1);
  return rowsOf(sides);
}

/** Whether every row reaches a leaf of every target: some tree has it in all its leaves. */
const namesAll = ({ roots, targets }: Ensemble): boolean => {
  const leaves = roots.map(leavesOf);
  return Array.from({ length: targets }, (_, target) => target).every((target) =>
    leaves.some((ofTree) => ofTree.every(({ weights }) => weights[target] !== undefined)),
  );
};

/** Whether every leaf names every target. */
const isFull = ({ roots }: Ensemble): boolean =>
  roots.flatMap(leavesOf).every(({ weights }) => !weights.includes(undefined));

function refuseDoubles(node: OperatorContext): void {
  const double = node.node.attributes.find(({ name }) => name?.endsWith('_as_tensor'));
  if (double) unsupported(`attribute ${double.name}`);
}

function aggregateOf(text: string): Aggregate {
  if (text === 'SUM' || text === 'AVERAGE' || text === 'MIN' || text === 'MAX') return text;
  return unsupported(`aggregate_function ${text}`);
}

function writeTrees(node: OperatorContext, from: Place, ensemble: Ensemble, aggregate: Aggregate): Place {
  const { writer } = node;
  const to = { width: ensemble.targets };
  const isSum = aggregate === 'SUM' || aggregate === 'AVERAGE';
  const heap = isSum ? heapLayout(ensemble) : undefined;
  if (heap) {
    const code = heap.hasMissing ? opcode.heapTreesMissing : opcode.heapTrees;
    writer.add(code, writes(to), reads(from), int(from.width), int(heap.groups), writer.data(heap.bytes));
    return to;
  }
  if (!isSum && !isFull(ensemble)) unsupported(`${aggregate} of leaves that do not name every target`);
  const { nodes, leaves } = linkedLayout(ensemble, 0);
  writer.add(
    opcode.linkedTrees,
    writes(to),
    reads(from),
    int(from.width),
    int(ensemble.roots.length),
    writer.data(nodes),
    writer.data(leaves),
    int(to.width),
    int(isSum ? 0 : aggregate === 'MIN' ? 1 : 2),
  );
  return to;
}
