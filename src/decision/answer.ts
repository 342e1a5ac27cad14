import type { Load } from '../control/overload/load-state.ts';
import type { HoldCode } from '../core/codes.ts';
import type { Arm } from '../experiments/experiment.ts';
import type { Effect } from '../risk/effect.ts';
import type { NamedOverride } from './named-override.ts';
import type { Mode } from './rung.ts';

export type Action = 'BUY' | 'SELL' | 'HOLD';

/** `signal`: the model says so. `abstain`: out of domain. `safety`: something on the way is not sure. */
export type HoldKind = 'signal' | 'abstain' | 'safety';

export interface Reason {
  readonly code: HoldCode;
  readonly detail: string;
}

/** What the model's heads said, rounded to six decimals; null where no score was computed. */
export interface Estimates {
  /** Calibrated probability that the action's direction is right, in [0.5, 1]. */
  readonly confidence: number | null;
  /** Calibrated probability that a large move lies ahead, in [0, 1]; null also where the model has no risk head. */
  readonly risk: number | null;
}

/** A BUY or SELL that the model and the policy want, and nobody has approved yet. */
export interface Intent {
  readonly action: 'BUY' | 'SELL';
  readonly effect: Exclude<Effect, 'none'>;
  /** Fraction in (0, 1]: of the symbol's limit for open and increase, of the position for reduce and close. */
  readonly size: number;
  readonly confidence: number;
  readonly risk: number | null;
}

/** What the model and the policy say, before permission and record are looked at. */
export type Judgement = Intent | Hold;

export interface Hold extends Estimates {
  readonly action: 'HOLD';
  readonly holdKind: HoldKind;
  readonly reasons: readonly [Reason, ...Reason[]];
}

const nothingEstimated: Estimates = { confidence: null, risk: null };

export function hold(
  holdKind: HoldKind,
  code: HoldCode,
  detail: string,
  { confidence, risk }: Estimates = nothingEstimated,
): Hold {
  return { action: 'HOLD', holdKind, confidence, risk, reasons: [{ code, detail }] };
}

/**
 * One input of the model, its value, and what it moved the score by against the model's baseline; null where
 * no score was computed.
 */
export interface Attribution {
  readonly name: string;
  readonly value: number;
  readonly attribution: number | null;
}

/** The answer to `POST /v1/decisions`, as it goes over the wire. */
export interface Answer {
  readonly id: string;
  readonly at: string;
  readonly symbol: string;
  readonly interval: string;
  readonly action: Action;
  readonly effect: Effect;
  /** True only for a BUY or SELL on live data, within `validUntil`. */
  readonly actionable: boolean;
  readonly holdKind: HoldKind | null;
  readonly size: number;
  readonly confidence: number | null;
  readonly risk: number | null;
  readonly reasons: readonly Reason[];
  readonly model: {
    readonly name: string;
    readonly version: string;
    readonly arm: Arm;
    readonly engine: string;
  };
  readonly mode: Mode;
  /** Of the isolate when it decided; where it is not `normal`, attributions were left out. */
  readonly load: Load;
  readonly data: {
    readonly source: 'bars' | 'features' | 'fetched' | 'cached' | 'none';
    readonly ageMs: number | null;
  };
  /** The instant of history that was asked about, or null for now. */
  readonly asOf: string | null;
  /** Until when the answer may be acted upon; null where it never may (`asOf`). */
  readonly validUntil: string | null;
  /** `pending`: written after the answer. `outboxed`: in Redis before it. `acked`: in the database before it. `none`: the log had no room. */
  readonly durability: 'pending' | 'outboxed' | 'acked' | 'none';
  readonly recordHash: string | null;
  /** HMAC-SHA-256 over `recordHash`, lower-case hex. */
  readonly receipt: string | null;
  readonly features?: readonly Attribution[] | undefined;
  /** Where the request named one. */
  readonly override?: NamedOverride | undefined;
}
