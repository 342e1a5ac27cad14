import { log } from '../../core/log.ts';
import type { Action } from '../../decision/answer.ts';
import { judge, type Scores } from '../../decision/policy.ts';
import type { Manifest } from '../../models/bundle.ts';

type Policy = Manifest['policy'];

/** Scores of rows, oldest first; undefined where the row lies outside the model's domain. */
export type ScoredRows = readonly (Scores | undefined)[];

/** Money over time of one way to act, in units of the start. */
export interface Equity {
  /** After each session, as many as there are rows; 1 before the first. */
  readonly curve: Float64Array;
  /** Of each session, after costs. */
  readonly returns: Float64Array;
  /** Sum of |change of position|. */
  readonly turnover: number;
  /** Share of sessions that begin with a position. */
  readonly exposure: number;
}

/** What the service would answer a client that does not say what it holds. */
export const policyActions = (policy: Policy, rows: ScoredRows): readonly Action[] =>
  rows.map((scores) => (scores === undefined ? 'HOLD' : judge(policy, scores, undefined).action));

/**
 * The positions of a client that holds one unit or none and follows the policy: BUY opens when flat, SELL closes, HOLD
 * changes nothing (the contract's meaning of HOLD); it never sells short. It says what it holds, so a high risk holds
 * back what opens and never what closes.
 */
export function followedPositions(policy: Policy, rows: ScoredRows): Uint8Array {
  let position: 0 | 1 = 0;
  return Uint8Array.from(rows, (scores) => {
    const { action } = scores === undefined ? ({ action: 'HOLD' } as const) : judge(policy, scores, position);
    if (action === 'BUY') position = 1;
    if (action === 'SELL') position = 0;
    return position;
  });
}

/**
 * What positions earn. Fills at the next open; each change of position costs `costPerSide` of it. No interest on cash,
 * no dividends, no market impact.
 *
 * @param nextReturns of each session, from its fill to the next open
 */
export function equityOf(
  positions: ArrayLike<number>,
  nextReturns: ArrayLike<number>,
  costPerSide: number,
): Equity {
  const curve = new Float64Array(positions.length);
  const returns = new Float64Array(positions.length);
  let equity = 1;
  let held = 0;
  let turnover = 0;
  let heldCount = 0;
  for (let i = 0; i < positions.length; i += 1) {
    const position = positions[i] as number;
    const change = Math.abs(position - held);
    held = position;
    turnover += change;
    heldCount += held === 0 ? 0 : 1;
    const factor = (1 - costPerSide * change) * (1 + held * (nextReturns[i] as number));
    returns[i] = factor - 1;
    equity *= factor;
    curve[i] = equity;
  }
  return { curve, returns, turnover, exposure: heldCount / positions.length };
}

interface EquityFigures {
  readonly growth: number;
  readonly drawdownMax: number;
  /** Mean over deviation of the sessions' log returns, × √252; 0 where nothing moved. */
  readonly sharpe: number;
}

export function equityFigures({ curve }: Pick<Equity, 'curve'>): EquityFigures {
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
