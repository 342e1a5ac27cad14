import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { closeOf, windowed } from '../windowed.ts';

/**
 * Kaufman's efficiency ratio over `period` changes, with the sign of the move: (cₜ − cₜ₋ₙ) ÷ Σ |cₜ − cₜ₋₁|.
 * ±1 is a straight line, 0 a path that went nowhere.
 * Domain: [−1, 1]; NaN when all closes in the window are equal. Warm-up: period + 1.
 * P. J. Kaufman, Smarter Trading (1995).
 */
export const efficiencyRatio = ({ period }: { readonly period: number }): Indicator<Window> =>
  windowed(
    {
      name: `efficiency_ratio_${period}`,
      parameters: { period },
      size: period + 1,
      value(closes) {
        let path = 0;
        for (let i = 1; i < closes.size; i += 1) path += Math.abs(closes.at(i) - closes.at(i - 1));
        return (closes.newest - closes.at(0)) / path;
      },
    },
    closeOf,
  );
