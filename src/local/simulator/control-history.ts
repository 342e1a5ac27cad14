import type { TargetName } from '../../risk/target.ts';
import type { TradingState } from '../../risk/trading-state.ts';
import type { Store } from './network.ts';

/** A change of the trading state that somebody was told of. */
export interface ControlChange {
  /** At least this; where one store alone confirmed it, the other may have it under a higher one. */
  readonly epoch: number;
  readonly target: TargetName;
  readonly tradingState: TradingState;
  readonly begunAtMs: number;
  /** By when each store had it, as the answer says; undefined where it does not say so. */
  readonly takenAtMs: Partial<Record<Store, number>>;
  /** The answer says that one of the stores confirmed it, and not which: the times are of either. */
  readonly isOfEither: boolean;
}

/** Somebody asked to end an epoch for a target. It may have taken effect unless he was told otherwise. */
export interface ResumeAsked {
  readonly target: TargetName;
  readonly endsEpoch: number;
  readonly begunAtMs: number;
  isRefused: boolean;
}

/** The truth about the control state, kept outside of every store: what operators asked and were told. */
export interface ControlHistory {
  readonly changes: readonly ControlChange[];
  readonly resumes: readonly ResumeAsked[];
  told(change: ControlChange): void;
  resumeAsked(target: TargetName, endsEpoch: number, nowMs: number): ResumeAsked;
  /** Redis lost what it took last. */
  redisLost(nowMs: number): void;
  readonly redisLostAtMs: readonly number[];
}

export function createControlHistory(): ControlHistory {
  const changes: ControlChange[] = [];
  const resumes: ResumeAsked[] = [];
  const redisLostAtMs: number[] = [];
  return {
    changes,
    resumes,
    redisLostAtMs,
    told: (change) => void changes.push(change),
    resumeAsked(target, endsEpoch, nowMs) {
      const asked = { target, endsEpoch, begunAtMs: nowMs, isRefused: false };
      resumes.push(asked);
      return asked;
    },
    redisLost: (nowMs) => void redisLostAtMs.push(nowMs),
  };
}
