/** What an arm would have done on a bar. */
export interface Stance {
  readonly action: 'BUY' | 'SELL' | 'HOLD';
  /** In [0, 1]; 0 for HOLD. */
  readonly size: number;
}

export interface UtilityTerms {
  /** Of the value traded, for entry and exit together, ≥ 0. */
  readonly roundTripCost: number;
  /** Gain over the other arm, as a share of the value at full size, from which on more of it counts no more; > 0. */
  readonly gainMax: number;
}

/** Return of a stance from its fill to the end of its horizon, less costs, at the symbol's return `outcome`. HOLD has none. */
export function gainOf({ action, size }: Stance, outcome: number, roundTripCost: number): number {
  if (action === 'HOLD') return 0;
  return (action === 'BUY' ? size : -size) * outcome - size * roundTripCost;
}

/**
 * What it would have been worth to do as the candidate does and not as production does, in [−1, 1]: their gains'
 * difference over the largest that counts. Bounded, so that no single bar decides an experiment and a test needs
 * nothing else of the returns.
 */
export function pairedDifference(
  candidate: Stance,
  production: Stance,
  outcome: number,
  { roundTripCost, gainMax }: UtilityTerms,
): number {
  const gained = gainOf(candidate, outcome, roundTripCost) - gainOf(production, outcome, roundTripCost);
  return Math.max(-1, Math.min(1, gained / gainMax));
}
