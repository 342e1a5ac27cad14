import type { TradingState } from '../../risk/trading-state.ts';
import type { Store } from './network.ts';

/** One change of the trading state, as it really was. */
export interface ControlChange {
  readonly epoch: number;
  readonly tradingState: TradingState;
  readonly begunAtMs: number;
  /** When each store took it; undefined while it has not. */
  readonly takenAtMs: Partial<Record<Store, number>>;
}

/** The truth about the control state, kept outside of every store. */
export interface ControlHistory {
  readonly changes: readonly ControlChange[];
  begin(tradingState: TradingState, nowMs: number): ControlChange;
  latest(): ControlChange;
  /** Redis lost what it took last. */
  redisLost(nowMs: number): void;
  readonly redisLostAtMs: readonly number[];
}

export function createControlHistory(): ControlHistory {
  const first: ControlChange = {
    epoch: 1,
    tradingState: 'ACTIVE',
    begunAtMs: Number.NEGATIVE_INFINITY,
    takenAtMs: { libsql: Number.NEGATIVE_INFINITY },
  };
  const changes: ControlChange[] = [first];
  const redisLostAtMs: number[] = [];
  return {
    changes,
    redisLostAtMs,
    latest: () => changes.at(-1) ?? first,
    begin(tradingState, nowMs) {
      const change = { epoch: changes.length + 1, tradingState, begunAtMs: nowMs, takenAtMs: {} };
      changes.push(change);
      return change;
    },
    redisLost: (nowMs) => void redisLostAtMs.push(nowMs),
  };
}
