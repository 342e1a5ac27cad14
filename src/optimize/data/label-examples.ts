import { quantile } from '../../stats/quantile.ts';
import type { Target } from './target.ts';
import type { TargetOutcomes } from './target-outcomes.ts';

interface ExampleLabels {
  /** Outcomes above it are labelled 1. */
  readonly hurdle: number;
  /** 0 or 1, of every example, those outside `fitOn` too. */
  readonly labels: Uint8Array;
}

/**
 * Labels with the hurdle that the examples of `fitOn` set: their median for a forward return (a market that drifts
 * upwards would else teach a model to say "up" always), the target's quantile for a large move. The triple barrier
 * has its hurdle by definition: 0.
 *
 * @param fitOn indices of the training examples, not empty; no other outcome has a part in the hurdle
 */
export function labelExamples(outcomes: TargetOutcomes, target: Target, fitOn: Int32Array): ExampleLabels {
  if (fitOn.length === 0) throw new RangeError('no examples to fit a hurdle on');
  const hurdle = hurdleOf(outcomes.values, target, fitOn);
  return { hurdle, labels: Uint8Array.from(outcomes.values, (value) => (value > hurdle ? 1 : 0)) };
}

function hurdleOf(values: Float64Array, target: Target, fitOn: Int32Array): number {
  const sorted = (): Float64Array => Float64Array.from(fitOn, (i) => values[i] as number).toSorted();
  switch (target.kind) {
    case 'forward-return':
      return quantile(sorted(), 0.5);
    case 'large-move':
      return quantile(sorted(), target.quantile);
    case 'triple-barrier':
      return 0;
  }
}
