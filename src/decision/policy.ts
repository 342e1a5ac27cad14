import type { TradingState } from '../control/view.ts';
import type { Manifest } from '../models/bundle.ts';
import { type Effect, hold, type Judgement } from './answer.ts';

/** Sign of the client's position: −1 short, 0 flat, 1 long; undefined when the client did not say. */
export type PositionSign = -1 | 0 | 1 | undefined;

/**
 * Score to intent. BUY at or above `buyAtLeast`, SELL at or below `sellAtMost`, HOLD between. Size grows
 * linearly with |score − 0.5| and is 1 from `sizeFullAt` on; it is floored to four decimals, and is at least
 * one ten-thousandth, since an action of no size would be none.
 *
 * @param score calibrated probability of the target, in [0, 1]
 */
export function judge(policy: Manifest['policy'], score: number, position: PositionSign): Judgement {
  const action = actionOf(policy, score);
  const confidence = roundTo6(Math.max(score, 1 - score));
  if (action === 'HOLD') {
    const detail = `score ${roundTo6(score)} lies between ${policy.sellAtMost} and ${policy.buyAtLeast}`;
    return hold('signal', 'BELOW_THRESHOLD', detail, confidence);
  }
  const size = Math.max(0.0001, floorTo4(Math.min(1, Math.abs(score - 0.5) / policy.sizeFullAt)));
  return { action, effect: effectOf(action, position, size), size, confidence };
}

function actionOf(policy: Manifest['policy'], score: number): 'BUY' | 'SELL' | 'HOLD' {
  if (score >= policy.buyAtLeast) return 'BUY';
  if (score <= policy.sellAtMost) return 'SELL';
  return 'HOLD';
}

/**
 * Without a position a BUY or SELL counts as `open`, the most it could be. Against a position it reduces;
 * at full size it closes. No exit flips a position: what opens the other side is a later decision from flat.
 */
function effectOf(action: 'BUY' | 'SELL', position: PositionSign, size: number): Exclude<Effect, 'none'> {
  if (position === undefined || position === 0) return 'open';
  const adds = (action === 'BUY') === position > 0;
  if (adds) return 'increase';
  return size === 1 ? 'close' : 'reduce';
}

/** Whether the trading state lets an effect happen. HALTED lets nothing new happen, REDUCING only exits. */
export function permits(state: TradingState, effect: Effect): boolean {
  switch (state) {
    case 'ACTIVE':
      return true;
    case 'HALTED':
      return effect === 'none';
    case 'REDUCING':
      return effect === 'none' || effect === 'reduce' || effect === 'close';
  }
}

/** What the trading state leaves of a judgement. */
export function confine(judgement: Judgement, state: TradingState): Judgement {
  if (judgement.action === 'HOLD' || permits(state, judgement.effect)) return judgement;
  return state === 'HALTED'
    ? hold('safety', 'TRADING_HALTED', 'trading is halted', judgement.confidence)
    : hold('safety', 'TRADING_REDUCING', `${judgement.effect} would add exposure`, judgement.confidence);
}

const floorTo4 = (x: number): number => Math.floor(x * 1e4) / 1e4;
const roundTo6 = (x: number): number => Math.round(x * 1e6) / 1e6;
