import type { Target } from './target.ts';

/** What a decision is about: each of these may be held back by itself. */
export interface DecisionTargets {
  readonly account: string;
  /** The client's own name for why it asks; null where it gave none, and then no strategy's halt is about it. */
  readonly strategy: string | null;
  /** Name of the model that answers, whichever arm of an experiment it is. */
  readonly model: string;
  readonly symbol: string;
}

export const targetsOf = ({ account, strategy, model, symbol }: DecisionTargets): readonly Target[] => [
  { kind: 'account', id: account },
  ...(strategy === null ? [] : [{ kind: 'strategy', id: strategy } as const]),
  { kind: 'model', id: model },
  { kind: 'symbol', id: symbol },
];
