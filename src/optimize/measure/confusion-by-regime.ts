import type { Action } from '../../decision/answer.ts';
import { quantile } from '../../stats/quantile.ts';
import type { Confusion } from '../optimization-report.ts';

interface ConfusionRows {
  readonly actions: readonly Action[];
  /** Of each row's session, from its fill to the next open. */
  readonly returns: ArrayLike<number>;
  /** ln of the volatility known at each row. */
  readonly logVolatility: ArrayLike<number>;
  /** Of the rows the model was made from: their terciles part the regimes. */
  readonly fitted: Float64Array;
}

/** What each action met, in calm, usual and loud times. */
export function confusionByRegime({ actions, returns, logVolatility, fitted }: ConfusionRows): Confusion {
  const sorted = fitted.toSorted();
  const bounds = [quantile(sorted, 1 / 3), quantile(sorted, 2 / 3)];
  const regimeOf = (row: number): number =>
    bounds.filter((bound) => (logVolatility[row] as number) > bound).length;
  const countsOf = (regime: number, action: Action): readonly number[] => {
    const counts = [0, 0];
    actions.forEach((taken, row) => {
      if (taken !== action || regimeOf(row) !== regime) return;
      const outcome = (returns[row] as number) > 0 ? 0 : 1;
      counts[outcome] = (counts[outcome] as number) + 1;
    });
    return counts;
  };
  return {
    detail:
      'Volatility is EWMA, parted at the terciles of the examples the model was made from. Outcomes are of the one session from the fill to the next open.',
    outcomes: ['rose', 'did not rise'],
    regimes: (['low', 'middle', 'high'] as const).map((name, regime) => ({
      name,
      counts: {
        BUY: countsOf(regime, 'BUY'),
        SELL: countsOf(regime, 'SELL'),
        HOLD: countsOf(regime, 'HOLD'),
      },
    })),
  };
}
