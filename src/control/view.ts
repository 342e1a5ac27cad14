import type { TargetName } from '../risk/target.ts';
import type { TradingState } from '../risk/trading-state.ts';

/** What was last said of one target. ACTIVE: it was resumed, and what holds for the whole holds for it. */
export type TargetState = {
  readonly target: TargetName;
  readonly tradingState: TradingState;
  /** The epoch that set it; of two restrictions that hold, the higher one's. */
  readonly epoch: number;
} & EarlierWords;

/** What was said before the last word, as far as that may still count; see control-state.ts. */
export type EarlierWords = {
  /** Of REDUCING: the epoch that let it go before; left out for none. */
  readonly resumedEpoch?: number;
  /** Of HALTED: the epoch that halted it, where a reduction has a higher one. */
  readonly haltedEpoch?: number;
};

/** Of the dead man's switch: `off`, or whether an operator was heard in time, by Redis' clock. */
export type OperatorHeartbeat = 'off' | 'heard' | 'silent';

/** What libSQL and Redis both keep; what is in force when they differ is control-state.ts. */
export interface ControlState extends EarlierWords {
  /** Raised by every halt, reduce and resume of whatever target; 0 in a fresh deployment. */
  readonly epoch: number;
  /** For everything; a target may be held back further, never less. */
  readonly tradingState: TradingState;
  /** The epoch that set `tradingState`. */
  readonly stateEpoch: number;
  /** Every target that was ever named, in the order of their names. */
  readonly targets: readonly TargetState[];
  readonly registryEpoch: number;
}

/**
 * One immutable reading of the shared control state. Made by one `sync`, swapped as a whole, passed as an
 * argument; never mutated. It is a lease: past `expiresAtMs` (monotonic clock) it permits nothing. Its `tradingState` is the
 * one in force: REDUCING at least while no operator is heard.
 */
export interface ControlView extends ControlState {
  /** Monotonic instant the sync was *sent*; the lease runs from there, so no clock of another machine counts. */
  readonly sentAtMs: number;
  /** Monotonic instant after which the view permits nothing. */
  readonly expiresAtMs: number;
}

/** The state of one key's bucket as far as this isolate knows it, for the RateLimit headers. */
export interface BucketState {
  /** Tokens this isolate may still spend without asking. */
  readonly remaining: number;
  readonly burst: number;
  readonly ratePerSecond: number;
  /** Milliseconds until another token can be had; 0 while `remaining` > 0. */
  readonly retryAfterMs: number;
}

/** The outcome of asking for permission to decide once. */
export type Permit =
  | { readonly kind: 'granted'; readonly view: ControlView; readonly bucket: BucketState }
  | { readonly kind: 'limited'; readonly bucket: BucketState }
  | { readonly kind: 'revoked' }
  /** No live view within the deadline: the answer is HOLD. */
  | { readonly kind: 'unavailable'; readonly detail: string };

/** What a permit is asked for: the bucket belongs to the key. */
export interface PermitAsk {
  readonly keyId: string;
  readonly ratePerSecond: number;
  readonly burst: number;
}
