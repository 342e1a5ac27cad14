import { roundTo6 } from '../core/round-to-6.ts';
import type { Manifest } from '../models/manifest.ts';
import { type Effect, isExit } from '../risk/effect.ts';
import { hold, type Intent, type Judgement } from './answer.ts';

/** Sign of the client's position: −1 short, 0 flat, 1 long; undefined when the client did not say. */
export type PositionSign = -1 | 0 | 1 | undefined;

/** What a model's heads say of one row, each in [0, 1]; see `heads` in models/bundle.ts. */
export interface Scores {
  readonly direction: number;
  /** Null where the model has no risk head. */
  readonly risk: number | null;
}

/**
 * Scores to intent. BUY at or above `buyAtLeast`, SELL at or below `sellAtMost`, HOLD between. Size grows
 * linearly with |direction − 0.5| and is 1 from `sizeFullAt` on; it is floored to four decimals, and is at least
 * one ten-thousandth, since an action of no size would be none. Where `riskHoldAtLeast` is a number, what would
 * open or increase exposure is HOLD at or above it; what reduces or closes passes.
 */
export function judge(policy: Manifest['policy'], scores: Scores, position: PositionSign): Judgement {
  const { direction } = scores;
  const action = actionOf(policy, direction);
  const estimates = {
    confidence: roundTo6(Math.max(direction, 1 - direction)),
    risk: scores.risk === null ? null : roundTo6(scores.risk),
  };
  if (action === 'HOLD') {
    const detail = `score ${roundTo6(direction)} lies between ${policy.sellAtMost} and ${policy.buyAtLeast}`;
    return hold('signal', 'BELOW_THRESHOLD', detail, estimates);
  }
  const size = Math.max(0.0001, floorTo4(Math.min(1, Math.abs(direction - 0.5) / policy.sizeFullAt)));
  const effect = effectOf(action, position, size);
  if (!isExit(effect) && !isCalm(policy, scores.risk)) {
    const detail = `risk ${estimates.risk} is not below ${policy.riskHoldAtLeast}, and ${effect} adds exposure`;
    return hold('signal', 'RISK_ABOVE_LIMIT', detail, estimates);
  }
  return { action, effect, size, ...estimates };
}

/** What the risk limit alone holds back; undefined where it holds back nothing, or nobody knows the risk. */
export function withheldByRisk(
  policy: Manifest['policy'],
  scores: Scores,
  position: PositionSign,
): Intent | undefined {
  if (isCalm(policy, scores.risk) || scores.risk === null) return undefined;
  const judgement = judge({ ...policy, riskHoldAtLeast: null }, scores, position);
  return judgement.action === 'HOLD' || isExit(judgement.effect) ? undefined : judgement;
}

/** Whether the risk head lets exposure grow. A risk that is asked for and not there, or not a number, does not. */
function isCalm({ riskHoldAtLeast }: Manifest['policy'], risk: number | null): boolean {
  return riskHoldAtLeast === null || (risk !== null && risk < riskHoldAtLeast);
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

const floorTo4 = (x: number): number => Math.floor(x * 1e4) / 1e4;
