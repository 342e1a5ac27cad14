import { GraphBuilder, type GraphValue } from '../../onnx/graph-builder.ts';
import type { ModelProto } from '../../onnx/model-proto.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Ensemble } from '../train/ensemble.ts';

export const INPUT_NAME = 'features';
export const OUTPUT_NAME = 'probability';

/**
 * The whole ensemble as one f32 graph, from raw features f32[batch, width] to calibrated probabilities
 * f32[batch, 1]. Matrix products stay plain MatMul + Add, the form the quantizer rewrites.
 */
export function ensembleGraph(name: string, ensemble: Ensemble): ModelProto {
  const { standardiser, logistic, perceptron, calibration } = ensemble;
  const width = standardiser.mean.length;
  const graph = new GraphBuilder(name);
  const affine = (label: string, input: GraphValue, weights: Tensor, bias: Tensor): GraphValue => {
    const product = graph.node('MatMul', `${label}_product`, [
      input,
      graph.constant(`${label}_weights`, weights),
    ]);
    return graph.node('Add', label, [product, graph.constant(`${label}_bias`, bias)]);
  };
  const scaled = (label: string, input: GraphValue, factor: number): GraphValue =>
    graph.node('Mul', label, [input, graph.constant(`${label}_factor`, scalar(factor))]);

  const features = graph.floatInput(INPUT_NAME, ['batch', width]);
  const centred = graph.node('Sub', 'centred', [features, graph.constant('mean', vector(standardiser.mean))]);
  const inverseDeviation = graph.constant('inverse_deviation', vector(standardiser.inverseDeviation));
  const standardised = graph.node('Clip', 'standardised', [
    graph.node('Mul', 'scaled', [centred, inverseDeviation]),
    graph.constant('standardised_min', scalar(standardiser.min)),
    graph.constant('standardised_max', scalar(standardiser.max)),
  ]);

  const logisticWeights = matrix(logistic.weights, width, 1);
  const linear = affine('logistic_logit', standardised, logisticWeights, vector([logistic.bias]));
  const hiddenWeights = matrix(perceptron.hiddenWeights, width, perceptron.hidden);
  const hidden = affine('hidden', standardised, hiddenWeights, vector(perceptron.hiddenBias));
  const active = graph.node('Relu', 'hidden_active', [hidden]);
  const outputWeights = matrix(perceptron.outputWeights, perceptron.hidden, 1);
  const deep = affine('perceptron_logit', active, outputWeights, vector([perceptron.outputBias]));

  const mean = graph.node('Add', 'mean_probability', [
    scaled('logistic_share', graph.node('Sigmoid', 'logistic_probability', [linear]), 0.5),
    scaled('perceptron_share', graph.node('Sigmoid', 'perceptron_probability', [deep]), 0.5),
  ]);
  const { slope, offset } = calibration;
  const shift = graph.constant('calibration_shift', scalar(offset - slope / 2));
  const logit = graph.node('Add', 'calibrated_logit', [scaled('sloped', mean, slope), shift]);
  graph.floatOutput(graph.node('Sigmoid', OUTPUT_NAME, [logit]), ['batch', 1]);
  return graph.build();
}

const scalar = (value: number): Tensor => ({ dims: [], values: Float32Array.of(value) });
const vector = (values: ArrayLike<number>): Tensor => matrixOf(values, [values.length]);
const matrix = (values: ArrayLike<number>, rows: number, columns: number): Tensor =>
  matrixOf(values, [rows, columns]);
const matrixOf = (values: ArrayLike<number>, dims: readonly number[]): Tensor => ({
  dims,
  values: Float32Array.from(values),
});
