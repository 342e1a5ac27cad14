import type { Indicator } from '../indicator.ts';
import type { Window } from '../window.ts';
import { closeOf, windowed } from '../windowed.ts';

/**
 * Bollinger bandwidth: the distance of the bands m ± k·σ of the last `period` closes over their middle,
 * 2kσ ÷ m, with σ of divisor n.
 * Domain: [0, ∞). Warm-up: period.
 * https://en.wikipedia.org/wiki/Bollinger_Bands
 */
export const bollingerBandwidth = ({ period, deviations }: BollingerParameters): Indicator<Window> =>
  windowed(
    {
      name: `bollinger_bandwidth_${period}`,
      parameters: { period, deviations },
      size: period,
      value: (closes) => (2 * deviations * closes.standardDeviation) / closes.mean,
    },
    closeOf,
  );

interface BollingerParameters {
  readonly period: number;
  /** Half the width of the bands, in standard deviations (k). */
  readonly deviations: number;
}
