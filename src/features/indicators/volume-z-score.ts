import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { volumeOf, windowed } from '../windowed.ts';

/**
 * Standard score of the bar's volume among the last `period` volumes, itself included: (v − m) ÷ σ, σ of
 * divisor n.
 * Domain: ±√(n − 1); NaN when all volumes in the window are equal. Warm-up: period.
 * https://en.wikipedia.org/wiki/Standard_score
 */
export const volumeZScore = ({ period }: { readonly period: number }): Indicator<Window> =>
  windowed(
    {
      name: `volume_z_score_${period}`,
      parameters: { period },
      size: period,
      value: (volumes) => (volumes.newest - volumes.mean) / volumes.standardDeviation,
    },
    volumeOf,
  );
