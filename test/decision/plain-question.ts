import type { Question } from '../../src/decision/question.ts';
import type { ServedModel } from '../../src/models/catalog.ts';

/** A question of DEMO to a model, without position, data or wishes; a test says what it is about. */
export const plainQuestion = (model: ServedModel, change: Partial<Question> = {}): Question => ({
  key: { id: 'k', account: 'a', ratePerSecond: 1, burst: 1, isRetired: () => false },
  model,
  isModelNamed: false,
  arm: 'production',
  rung: 'FULL',
  experiment: null,
  symbol: 'DEMO',
  input: { kind: 'none', missing: 'none' },
  position: undefined,
  strategy: null,
  asOfMs: null,
  clientDecisionId: null,
  durability: 'pending',
  explain: false,
  overrideId: null,
  ...change,
});
