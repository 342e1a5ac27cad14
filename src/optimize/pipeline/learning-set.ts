import { labelExamples } from '../data/label-examples.ts';
import type { LabelSpans } from '../data/label-spans.ts';
import type { Target } from '../data/target.ts';
import type { TargetOutcomes } from '../data/target-outcomes.ts';
import { uniquenessWeights } from '../data/uniqueness.ts';
import type { HeadName } from '../train/ensemble.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';
import { takeRows } from '../train/take-rows.ts';

/** All examples, oldest first, with what came of them. Which of them may be learnt from is said where it is learnt. */
export interface LearningSet {
  readonly count: number;
  readonly width: number;
  /** f32[count × width], row-major. */
  readonly features: Float32Array;
  readonly featureNames: readonly string[];
  /** In the order of the model's outputs. */
  readonly questions: readonly Question[];
  /** From the fill to the next open: what a unit position earns until the next decision. */
  readonly nextReturns: Float64Array;
  /** Bars between what is learnt from and what it is tested on, beyond the labels' own spans. */
  readonly embargoBars: number;
}

/** What one head is taught. */
export interface Question {
  readonly name: HeadName;
  readonly target: Target;
  readonly outcomes: TargetOutcomes;
}

/** The labels of every example under the hurdle that `fitOn` sets. */
export interface Labelling {
  readonly hurdle: number;
  readonly labels: Uint8Array;
}

export const labelling = ({ outcomes, target }: Question, fitOn: Int32Array): Labelling =>
  labelExamples(outcomes, target, fitOn);

/** The examples at `indices`, weighted by how much of their label is theirs alone among these. */
export function labelledRows(
  set: LearningSet,
  question: Question,
  { labels }: Labelling,
  indices: Int32Array,
): LabelledRows {
  const { count, width, features } = set;
  const unweighted = { count, width, features, labels, weights: new Float64Array(count).fill(1) };
  const weights = uniquenessWeights(question.outcomes.spans, indices);
  return { ...takeRows(unweighted, indices), weights };
}

/** Share of label 1 among `indices`. */
export const baseRateOf = (labels: Uint8Array, indices: Int32Array): number =>
  indices.reduce((sum, i) => sum + (labels[i] as number), 0) / indices.length;

/** f32[indices × width], row-major. */
export function featuresAt({ features, width }: LearningSet, indices: Int32Array): Float32Array {
  const rows = new Float32Array(indices.length * width);
  indices.forEach((index, row) => {
    rows.set(features.subarray(index * width, (index + 1) * width), row * width);
  });
  return rows;
}

/** The bars that any of an example's labels looks at. */
export function allSpans({ questions }: LearningSet): LabelSpans {
  const [first, ...others] = questions.map(({ outcomes }) => outcomes.spans);
  if (!first) throw new RangeError('a set without questions');
  const end = first.end.map((last, i) =>
    others.reduce((latest, spans) => Math.max(latest, spans.end[i] as number), last),
  );
  return { start: first.start, end };
}
