import { matrixOf, transposed, writeProduct } from './compile-dense.ts';
import { type GraphOperand, labelOperand } from './graph-operand.ts';
import { opcode } from './opcodes.ts';
import { type CompileNode, type OperatorContext, rowsOf, unsupported } from './operator-context.ts';
import { postTransformed } from './post-transform.ts';
import { int, type Place, reads, writes } from './program-writer.ts';
import { withRow } from './with-row.ts';

/** x · wᵀ + intercepts, one row of coefficients a target. */
export const linearRegressor: CompileNode = (node) => {
  const targets = node.int('targets', 1);
  const scores = linearScores(node, targets);
  return [linearTransform(node, scores)];
};

const linearTransform = (node: OperatorContext, scores: Place): GraphOperand =>
  postTransformed(node, scores, {
    logistic: opcode.sigmoid,
    softmax: scores.width > 4 ? opcode.softmax : opcode.mlSoftmax,
  });

/**
 * Products that onnxruntime sums on their own where it has not packed the right side: 128 outputs by 128 inputs, and as
 * long as fewer outputs do, twice the inputs for half the outputs, down to 16; or the other way round.
 */
function unpackedBlock(inputs: number, outputs: number): number {
  let [outputStride, inputStride] = [128, 128];
  if (outputs >= inputs) {
    while (inputStride / 2 >= inputs) inputStride /= 2;
    return inputStride;
  }
  while (outputStride > 16 && outputStride / 2 >= outputs) {
    inputStride *= 2;
    outputStride /= 2;
  }
  return inputStride;
}

/** The scores of a classifier with a row of coefficients for every class. */
export const linearClassifier: CompileNode = (node) => {
  const labels = Math.max(node.ints('classlabels_ints').length, node.texts('classlabels_strings').length);
  if (labels < 2) unsupported(`${labels} classes`);
  const scores = linearScores(node, labels);
  return [labelOperand, linearTransform(node, scores)];
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
  const bias = intercepts.length === 0 ? undefined : Float32Array.from(intercepts);
  return writeProduct(node, place, weights, bias, unpackedBlock(place.width, targets));
}

/** (x − offset) × scale, one of each a column or for all. */
export const scaler: CompileNode = (node) => {
  const { place } = node.rows(0);
  const [offsets, scales] = [node.floats('offset'), node.floats('scale')];
  for (const list of [offsets, scales]) {
    if (list.length !== 1 && list.length !== place.width)
      unsupported(`offset or scale of ${list.length} numbers for ${place.width} columns`);
  }
  const centred = withRow(node.writer, opcode.subtractData, place, offsets);
  return [rowsOf(withRow(node.writer, opcode.multiplyData, centred, scales))];
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
