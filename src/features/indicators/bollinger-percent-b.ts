import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { closeOf, windowed } from '../windowed.ts';

/**
 * Bollinger %b, where the close stands between the bands m ± k·σ of the last `period` closes:
 * (c − (m − kσ)) ÷ 2kσ, with σ of divisor n. 0 is the lower band, 1 the upper.
 * Domain: 1/2 ± √(n − 1) ÷ 2k; NaN when all closes in the window are equal. Warm-up: period.
 * https://en.wikipedia.org/wiki/Bollinger_Bands
 */
export const bollingerPercentB = ({ period, deviations }: BollingerParameters): Indicator<Window> =>
  windowed(
    {
      name: `bollinger_percent_b_${period}`,
      parameters: { period, deviations },
      size: period,
      value: (closes) => 0.5 + (closes.newest - closes.mean) / (2 * deviations * closes.standardDeviation),
    },
    closeOf,
  );

interface BollingerParameters {
  readonly period: number;
  /** Half the width of the bands, in standard deviations (k). */
  readonly deviations: number;
}
