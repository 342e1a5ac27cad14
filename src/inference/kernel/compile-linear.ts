import { matrixOf, transposed, writeProduct } from './compile-dense.ts';
import { transformed, withRow } from './compile-trees.ts';
import type { GraphOperand } from './graph-operand.ts';
import { opcode } from './opcodes.ts';
import { type CompileNode, type OperatorContext, rowsOf, unsupported } from './operator-context.ts';
import { int, type Place, reads, writes } from './program-writer.ts';

/** x · wᵀ + intercepts, one row of coefficients a target. */
export const linearRegressor: CompileNode = (node) => {
  const targets = node.int('targets', 1);
  const scores = linearScores(node, targets);
  return [transformed(node, scores, node.text('post_transform', 'NONE'))];
};

/** The scores of a classifier with a row of coefficients for every class. */
export const linearClassifier: CompileNode = (node) => {
  const labels = Math.max(node.ints('classlabels_ints').length, node.texts('classlabels_strings').length);
  if (labels < 2) unsupported(`${labels} classes`);
  const label: GraphOperand = { kind: 'unavailable', reason: 'the kernel computes scores, not labels' };
  const scores = linearScores(node, labels);
  return [label, transformed(node, scores, node.text('post_transform', 'NONE'))];
};

function linearScores(node: OperatorContext, targets: number): Place {
  const { place } = node.rows(0);
  const values = Float32Array.from(node.floats('coefficients'));
  const intercepts = node.floats('intercepts');
  if (values.length !== targets * place.width)
    unsupported(`${values.length} coefficients for ${targets} × ${place.width}`);
  if (intercepts.length !== 0 && intercepts.length !== targets)
    unsupported(`${intercepts.length} intercepts for ${targets} targets`);
  const weights = transposed(
    matrixOf({ kind: 'constant', type: 'f32', dims: [targets, place.width], values }),
  );
  return writeProduct(
    node,
    place,
    weights,
    intercepts.length === 0 ? undefined : Float32Array.from(intercepts),
  );
}

/** (x − offset) × scale, one of each a column or for all. */
export const scaler: CompileNode = (node) => {
  const { place } = node.rows(0);
  const [offsets, scales] = [node.floats('offset'), node.floats('scale')];
  for (const list of [offsets, scales]) {
    if (list.length !== 1 && list.length !== place.width)
      unsupported(`offset or scale of ${list.length} numbers for ${place.width} columns`);
  }
  const centred = withRow(node, opcode.subtractData, place, offsets);
  return [rowsOf(withRow(node, opcode.multiplyData, centred, scales))];
};

const norms = new Map([
  ['MAX', opcode.normalizeMax],
  ['L1', opcode.normalizeL1],
  ['L2', opcode.normalizeL2],
]);

/** Each row divided by its greatest value, by Σ|x| or by √Σx²; one with the norm 0 stays. */
export const normalizer: CompileNode = (node) => {
  const { place } = node.rows(0);
  const norm = node.text('norm', 'MAX');
  const code = norms.get(norm);
  if (code === undefined) unsupported(`norm ${norm}`);
  const to = { width: place.width };
  node.writer.add(code, writes(to), reads(place), int(to.width));
  return [rowsOf(to)];
};
