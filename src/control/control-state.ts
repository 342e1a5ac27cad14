import type { ControlState, TradingState } from './view.ts';

const restriction: Readonly<Record<TradingState, number>> = { ACTIVE: 1, REDUCING: 2, HALTED: 3 };

export const isTradingState = (text: string): text is TradingState => Object.hasOwn(restriction, text);

/**
 * The state in force when both are known: the higher epoch's; at the same epoch the more restrictive one,
 * since two writers raced and only one of them can have meant to stop. Registry epochs merge by themselves.
 * Commutative, associative and idempotent; `lua/seed.ts` is the same merge inside Redis.
 */
export function mergeControlStates(left: ControlState, right: ControlState): ControlState {
  const wins =
    right.epoch > left.epoch ||
    (right.epoch === left.epoch && restriction[right.tradingState] > restriction[left.tradingState]);
  const { epoch, tradingState } = wins ? right : left;
  return { epoch, tradingState, registryEpoch: Math.max(left.registryEpoch, right.registryEpoch) };
}
