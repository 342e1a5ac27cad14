import type { Point } from './space.ts';

/** One suggestion and what became of it. Trials are numbered from 0 in the order of their suggestion. */
export interface Trial {
  readonly number: number;
  readonly point: Point;
  readonly outcome: Outcome | { readonly kind: 'running' };
}

/** Values are finite, and the smaller the better. */
export type Outcome =
  | {
      readonly kind: 'complete';
      readonly value: number;
      /** Intermediate values at the rungs of a pruner, the first rung first; left out when there is none. */
      readonly rungValues?: readonly number[];
    }
  | {
      /** Stopped at the rung of the last value. */
      readonly kind: 'pruned';
      readonly rungValues: readonly [number, ...number[]];
    }
  | { readonly kind: 'failed' };

export interface CompleteTrial extends Trial {
  readonly outcome: Outcome & { readonly kind: 'complete' };
}

export interface PrunedTrial extends Trial {
  readonly outcome: Outcome & { readonly kind: 'pruned' };
}

export const isComplete = (trial: Trial): trial is CompleteTrial => trial.outcome.kind === 'complete';
export const isPruned = (trial: Trial): trial is PrunedTrial => trial.outcome.kind === 'pruned';
export const isRunning = (trial: Trial): boolean => trial.outcome.kind === 'running';
