import type { DenseTables, HeadTables, MemberTables, ModelTables } from '../compress/model-tables.ts';
import { standardiserTables } from '../train/coarse/standardiser-tables.ts';
import { type Ensemble, type Head, headNames } from '../train/ensemble.ts';
import type { Members } from '../train/members.ts';
import type { PerceptronParameters } from '../train/multilayer-perceptron.ts';

/** What was learnt in f64, as the f32 numbers it is served from: every parameter rounded once, nothing else changed. */
export function ensembleTables({ width, heads }: Ensemble): ModelTables {
  const inOrder = heads.every(({ name }, i) => name === headNames[i]);
  if (!inOrder)
    throw new RangeError(`heads ${heads.map(({ name }) => name)} are not in the order of outputs`);
  return { inputWidth: width, heads: heads.map(headTables) };
}

function headTables({ columns, members, combination }: Head): HeadTables {
  const [logistic, perceptron, trees] = combination.shares.map(Math.fround) as [number, number, number];
  // Where nothing was found to believe, one member stays, at no weight: a score has to come from somewhere.
  const areAllZero = logistic + perceptron + trees === 0;
  return {
    columns: Uint8Array.from(columns),
    standardiser: standardiserTables(members.standardiser),
    members: [
      { weight: logistic, kind: 'dense', layers: logisticLayers(members) },
      { weight: perceptron, kind: 'dense', layers: perceptronLayers(members.perceptron) },
      { weight: trees, kind: 'trees', trees: { kind: 'f32', ensemble: members.trees } },
    ].filter(({ weight, kind }) => weight > 0 || (areAllZero && kind === 'trees')) as MemberTables[],
    offset: Math.fround(combination.offset),
  };
}

const logisticLayers = ({ logistic: { weights, bias } }: Members): readonly DenseTables[] => [
  dense(weights.length, 1, weights, [bias]),
];

export const perceptronLayers = (perceptron: PerceptronParameters): readonly DenseTables[] => {
  const { width, hidden, hiddenWeights, hiddenBias, outputWeights, outputBias } = perceptron;
  return [dense(width, hidden, hiddenWeights, hiddenBias), dense(hidden, 1, outputWeights, [outputBias])];
};

const dense = (
  inputs: number,
  outputs: number,
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
): DenseTables => ({
  inputs,
  outputs,
  form: { kind: 'f32', weights: Float32Array.from(weights), bias: Float32Array.from(bias) },
});
