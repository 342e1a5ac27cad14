import { log } from '../../core/log.ts';
import { judge } from '../../decision/policy.ts';
import type { Manifest } from '../../models/bundle.ts';

type Policy = Manifest['policy'];
export type Action = 'BUY' | 'SELL' | 'HOLD';

/** Money over time of one way to act, in units of the start. */
export interface Equity {
  /** After each session, as many as there are scores; 1 before the first. */
  readonly curve: Float64Array;
  /** Sum of |change of position|. */
  readonly turnover: number;
  /** Share of sessions that begin with a position. */
  readonly exposure: number;
}

/** The actions the served policy would answer, score by score. */
export function policyActions(policy: Policy, scores: ArrayLike<number>): readonly Action[] {
  return Array.from(scores, (score) => judge(policy, { direction: score, risk: null }, undefined).action);
}

/**
 * What a client earns that holds one unit or none: BUY opens when flat, SELL closes, HOLD changes nothing
 * (the contract's meaning of HOLD); it never sells short. Fills at the next open, each change of position
 * costs `costPerSide` of it. No interest on cash, no dividends, no market impact.
 */
export function longOnlyEquity(
  actions: readonly Action[],
  nextReturns: ArrayLike<number>,
  costPerSide: number,
): Equity {
  const curve = new Float64Array(actions.length);
  let equity = 1;
  let position = 0;
  let turnover = 0;
  let heldCount = 0;
  actions.forEach((action, i) => {
    const target = action === 'BUY' ? 1 : action === 'SELL' ? 0 : position;
    const change = Math.abs(target - position);
    position = target;
    turnover += change;
    heldCount += position;
    equity *= (1 - costPerSide * change) * (1 + position * (nextReturns[i] as number));
    curve[i] = equity;
  });
  return { curve, turnover, exposure: heldCount / actions.length };
}

export interface EquityFigures {
  readonly growth: number;
  readonly drawdownMax: number;
  /** Mean over deviation of the sessions' log returns, × √252; 0 where nothing moved. */
  readonly sharpe: number;
}

export function equityFigures({ curve }: Equity): EquityFigures {
  let peak = 1;
  let drawdownMax = 0;
  let sum = 0;
  let squares = 0;
  let previous = 1;
  for (const value of curve) {
    peak = Math.max(peak, value);
    drawdownMax = Math.max(drawdownMax, 1 - value / peak);
    const step = log(value / previous);
    sum += step;
    squares += step * step;
    previous = value;
  }
  const mean = sum / curve.length;
  const variance = squares / curve.length - mean * mean;
  return {
    growth: previous - 1,
    drawdownMax,
    sharpe: variance > 0 ? (mean / Math.sqrt(variance)) * Math.sqrt(252) : 0,
  };
}
