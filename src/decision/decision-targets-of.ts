import type { DecisionTargets } from '../risk/decision-targets.ts';
import type { Question } from './question.ts';

/** Under the arm that answers: a model's halt stops whoever would answer by it. */
export const decisionTargetsOf = ({ key, strategy, model, symbol }: Question): DecisionTargets => ({
  account: key.account,
  strategy,
  model: model.bundle.manifest.name,
  symbol,
});
