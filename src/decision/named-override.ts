import type { Use } from '../control/overrides/use-override.ts';

/**
 * What an override did for the decision that named it. `applied`: it let it pass, and is used. `unused`: nothing that it lifts
 * stood in the way, or something else did too. `unavailable`: nobody knows; it may be used up, and this decision does
 * without it.
 */
export const liftOutcomes = [
  'applied',
  'unused',
  'insufficient',
  'mismatched',
  'unknown',
  'used',
  'revoked',
  'expired',
  'superseded',
  'unavailable',
] as const satisfies readonly (Use | 'unused' | 'unavailable')[];
export type LiftOutcome = (typeof liftOutcomes)[number];

/** An override that a decision named. */
export interface NamedOverride {
  readonly id: string;
  readonly outcome: LiftOutcome;
}
