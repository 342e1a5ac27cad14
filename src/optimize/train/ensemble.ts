import { type Combination, combine } from './combination.ts';
import { type Members, memberLogits } from './members.ts';
import { pickColumns } from './pick-columns.ts';

/** What a model is asked: which way, and whether a large move lies ahead. In the order of its outputs. */
export const headNames = ['direction', 'risk'] as const;

export type HeadName = (typeof headNames)[number];

/** One question's ensemble: members on some of the columns, and how their answers make one probability. */
export interface Head {
  readonly name: HeadName;
  /** Indices into the model's features, ascending. */
  readonly columns: readonly number[];
  readonly members: Members;
  readonly combination: Combination;
}

/** Everything that was learnt: one head or two, over the same row of features. */
export interface Ensemble {
  /** Number of features a row has. */
  readonly width: number;
  readonly heads: readonly Head[];
}

/**
 * Probabilities of rows in f64, straight from the parameters: what every exported form is checked against.
 *
 * @param features f32[rows × width] of the ensemble that the head belongs to
 */
export function headScores(head: Head, features: Float32Array, width: number): Float64Array {
  return combine(memberLogits(head.members, pickColumns(features, width, head.columns)), head.combination);
}

/** As {@link headScores} of every head, row-major: f64[rows × heads]. */
export function ensembleScores({ heads, width }: Ensemble, features: Float32Array): Float64Array {
  const scores = new Float64Array((features.length / width) * heads.length);
  heads.forEach((head, h) => {
    headScores(head, features, width).forEach((score, row) => {
      scores[row * heads.length + h] = score;
    });
  });
  return scores;
}
