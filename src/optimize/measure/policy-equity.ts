import { log } from '../../core/log.ts';
import type { Action } from '../../decision/answer.ts';
import { judge, type Scores } from '../../decision/policy.ts';
import type { Manifest } from '../../models/manifest.ts';

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
  /** Mean position. */
  readonly exposure: number;
}

/** What the service would answer a client that does not say what it holds. */
export const policyActions = (policy: Policy, rows: ScoredRows): readonly Action[] =>
  rows.map((scores) => (scores === undefined ? 'HOLD' : judge(policy, scores, undefined).action));

/**
 * The positions, as shares of the limit, of a client that follows the policy as the contract says: a BUY adds its size
 * up to the limit, a SELL gives its size of what is held, HOLD changes nothing; it never sells short. It says what it
 * holds, so a high risk holds back what opens or increases and never what reduces.
 */
export function followedPositions(policy: Policy, rows: ScoredRows): Float64Array {
  let position = 0;
  return Float64Array.from(rows, (scores) => {
    const judgement = scores && judge(policy, scores, position > 0 ? 1 : 0);
    if (judgement?.action === 'BUY') position = Math.min(1, position + judgement.size);
    if (judgement?.action === 'SELL') position *= 1 - judgement.size;
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
  let heldSum = 0;
  for (let i = 0; i < positions.length; i += 1) {
    const position = positions[i] as number;
    const change = Math.abs(position - held);
    held = position;
    turnover += change;
    heldSum += held;
    const factor = (1 - costPerSide * change) * (1 + held * (nextReturns[i] as number));
    returns[i] = factor - 1;
    equity *= factor;
    curve[i] = equity;
  }
  return { curve, returns, turnover, exposure: heldSum / positions.length };
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
