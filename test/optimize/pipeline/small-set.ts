import { SeededRandom } from '../../../src/core/seeded-random.ts';
import type { HeadFitting } from '../../../src/optimize/pipeline/fit-head.ts';
import type { LearningSet, Question } from '../../../src/optimize/pipeline/learning-set.ts';
import { createInlineExecutor } from './inline-executor.ts';
import { smallSettings } from './small-making.ts';

const WIDTH = 4;

/** Examples whose first feature tells which way and whose second how far, a bar each, with labels of one bar. */
export function smallSet(count = 400): LearningSet {
  const random = new SeededRandom(11);
  const features = Float32Array.from({ length: count * WIDTH }, () => random.normal());
  const returns = Float64Array.from({ length: count }, (_, i) => {
    const size = 0.01 * (1 + Math.abs(features[i * WIDTH + 1] as number));
    return size * (random.normal() + (features[i * WIDTH] as number));
  });
  const start = Int32Array.from({ length: count }, (_, i) => i + 1);
  const spans = { start, end: start.map((bar) => bar + 1) };
  return {
    count,
    width: WIDTH,
    features,
    featureNames: ['way', 'size', 'noise', 'more noise'],
    questions: [
      {
        name: 'direction',
        target: { kind: 'forward-return', horizonBars: 1 },
        outcomes: { values: returns, spans },
      },
      {
        name: 'risk',
        target: { kind: 'large-move', horizonBars: 1, quantile: 0.8 },
        outcomes: { values: returns.map(Math.abs), spans },
      },
    ],
    nextReturns: returns,
    embargoBars: 1,
  };
}

/** The set with everything changed that is known or came of the examples that are not `kept`. */
export function changedOutside(set: LearningSet, kept: (index: number) => boolean): LearningSet {
  const { width } = set;
  const other = <T extends Float32Array | Float64Array>(values: T, rowWidth: number): T =>
    values.map((value, i) => (kept(Math.floor(i / rowWidth)) ? value : 3 - 2 * value)) as T;
  return {
    ...set,
    features: other(set.features, width),
    nextReturns: other(set.nextReturns, 1),
    questions: set.questions.map((question) => ({
      ...question,
      outcomes: { ...question.outcomes, values: other(question.outcomes.values, 1) },
    })),
  };
}

export const smallFitting = (
  set: LearningSet,
  within: Int32Array,
  changed: Partial<HeadFitting> = {},
): HeadFitting => ({
  job: 'final',
  set,
  question: set.questions[0] as Question,
  within,
  settings: smallSettings,
  seed: 1,
  executor: createInlineExecutor(),
  clock: { isOver: () => false },
  ...changed,
});

export const indicesFrom = (start: number, end: number): Int32Array =>
  Int32Array.from({ length: end - start }, (_, i) => start + i);
