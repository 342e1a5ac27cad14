import { mappedRows } from './compile-elementwise.ts';
import type { GraphOperand } from './graph-operand.ts';
import type { opcode } from './opcodes.ts';
import { type OperatorContext, rowsOf, unsupported } from './operator-context.ts';
import type { Place } from './program-writer.ts';

/** The instructions that have the bits of an operator's transforms: onnxruntime computes them in more than one way. */
interface TransformCodes {
  readonly logistic: (typeof opcode)['sigmoid' | 'mlLogistic'];
  readonly softmax: (typeof opcode)['softmax' | 'mlSoftmax'];
}

export const postTransformOf = (node: OperatorContext): string => node.text('post_transform', 'NONE');

/** `post_transform` of the `ai.onnx.ml` operators; onnxruntime does not apply one to a single column. */
export function postTransformed(
  node: OperatorContext,
  scores: Place,
  { logistic, softmax }: TransformCodes,
): GraphOperand {
  const transform = postTransformOf(node);
  if (transform === 'NONE') return rowsOf(scores);
  if (transform === 'LOGISTIC' && scores.width > 1) return mappedRows(node, logistic, scores);
  if (transform === 'SOFTMAX' && scores.width > 1) return mappedRows(node, softmax, scores);
  return unsupported(`post_transform ${transform} of ${scores.width} columns`);
}
