/** What an override lets pass: one decision that opens or increases, of one account, symbol and side. */
export interface OverrideTerms {
  readonly account: string;
  readonly symbol: string;
  readonly action: 'BUY' | 'SELL';
  /** Up to here, included, the risk that a model estimates does not hold the decision back; above 0, below 1. */
  readonly riskMax: number;
}

/** `superseded`: an operator said something of the trading state since. All but `approved` are final. */
export const overrideStates = ['approved', 'used', 'revoked', 'expired', 'superseded'] as const;
export type OverrideState = (typeof overrideStates)[number];

export interface Override extends OverrideTerms {
  /** UUIDv7. */
  readonly id: string;
  readonly state: OverrideState;
  /** By Redis' clock, epoch milliseconds. */
  readonly expiresAtMs: number;
  /** The control epoch that it is good at. */
  readonly epoch: number;
  /** The decision that used it, or the key that revoked it; null where none did. */
  readonly endedBy: string | null;
  /** Ids of the keys of the two people, the first one first. */
  readonly approvedBy: readonly string[];
  readonly reason: string;
}

/** It is temporary: the longest that one may be good, in milliseconds. */
export const overrideLifeMsMax = 600_000;
