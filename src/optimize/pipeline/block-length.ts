import type { LearningSet } from './learning-set.ts';

/**
 * Rows that depend on one another, which bootstraps, permutations and shadows keep together: a month of sessions, over
 * which volatility and trends last, or more where labels reach further.
 */
export const blockLengthOf = ({ questions }: Pick<LearningSet, 'questions'>): number =>
  Math.max(21, ...questions.map(({ target }) => 2 * target.horizonBars));
