import { roundTo6 } from '../../../core/round-to-6.ts';
import { SeededRandom } from '../../../core/seeded-random.ts';
import { blockBootstrap } from '../../../stats/block-bootstrap.ts';
import { deflatedSharpe, sharpeOf } from '../../../stats/deflated-sharpe.ts';
import { policiesTried } from '../../measure/choose-policy.ts';
import { confusionByRegime } from '../../measure/confusion-by-regime.ts';
import { logVolatilities } from '../../measure/ewma-baseline.ts';
import { type Equity as Earned, equityFigures } from '../../measure/policy-equity.ts';
import type {
  DecisionsPart,
  DeflatedSharpe,
  Equity,
  Estimate,
  MayBeAbsent,
} from '../../optimization-report.ts';
import { blockLengthOf } from '../../pipeline/block-length.ts';
import type { MadeModel, Making } from '../../pipeline/make-model.ts';

/** The policy in money over the holdout, beside holding and beside doing nothing. */
export function composeDecisions(making: Making, made: MadeModel): DecisionsPart {
  const { recipe } = making;
  const { learning, outcome, policy } = made;
  const { examples, holdout, development, set } = learning;
  const atMs = Array.from(holdout, (index) => examples.atMs[index] as number);
  const volatility = logVolatilities(recipe.source.bars, examples.barIndex);
  const count = (wanted: string): number => outcome.actions.filter((action) => action === wanted).length;
  const equity = (earned: Earned): Equity => composeEquity(earned, blockLengthOf(learning.set), making.seed);
  return {
    span: { fromMs: atMs.at(0) ?? NaN, toMs: atMs.at(-1) ?? NaN, rows: atMs.length },
    costPerSide: recipe.costPerSide,
    policy: { ...policy, riskHoldAtLeast: policy.riskHoldAtLeast ?? 'no risk head' },
    atMs,
    followed: equity(outcome.followed),
    buyAndHold: equity(outcome.buyAndHold),
    alwaysHold: equity(outcome.alwaysHold),
    deflatedSharpe: composeDeflated(
      made.look.index,
      policiesTried(recipe.thresholds, learning.set.questions.length > 1),
      outcome.followed,
    ),
    coverage: outcome.rows.filter((row) => row !== undefined).length / outcome.rows.length,
    actions: { BUY: count('BUY'), SELL: count('SELL'), HOLD: count('HOLD') },
    confusion: confusionByRegime({
      actions: outcome.actions,
      returns: Float64Array.from(
        holdout,
        (index) => (set.questions[0] as (typeof set.questions)[number]).outcomes.values[index] as number,
      ),
      logVolatility: Float64Array.from(holdout, (index) => volatility[index] as number),
      fitted: Float64Array.from(development, (index) => volatility[index] as number),
    }),
  };
}

function composeEquity(earned: Earned, blockLength: number, seed: number): Equity {
  const { growth, drawdownMax } = equityFigures(earned);
  const { curve, turnover, exposure } = earned;
  return {
    values: Array.from(curve, roundTo6),
    growth,
    drawdownMax,
    sharpe: composeSharpe(earned, blockLength, seed),
    turnover,
    exposure,
  };
}

/** Of the sessions' returns, like the deflated one; without figure where it earned the same in every session. */
function composeSharpe({ returns }: Earned, blockLength: number, seed: number): Estimate {
  if (isConstant(returns)) return { value: null, low: null, high: null };
  const random = new SeededRandom(seed);
  const bootstrap = { count: returns.length, blockLength, resamples: 500, confidence: 0.95, random };
  const interval = blockBootstrap(bootstrap, (indices) => {
    const drawn = Float64Array.from(indices, (i) => returns[i] as number);
    return isConstant(drawn) ? 0 : annualSharpe(drawn);
  });
  return { value: annualSharpe(returns), ...interval };
}

const annualSharpe = (returns: Float64Array): number =>
  sharpeOf(returns).sharpe * Math.sqrt(SESSIONS_PER_YEAR);
const isConstant = (values: Float64Array): boolean => values.every((value) => value === values[0]);

/** By convention, of calendars without weekends too. */
const SESSIONS_PER_YEAR = 252;

/**
 * The Sharpe ratio after the choice of the policy among the thresholds that were tried and after every look at this
 * holdout. How much trials differ is taken from what chance alone makes of so many sessions: 1 ÷ (n − 1).
 */
function composeDeflated(looks: number, policies: number, { returns }: Earned): MayBeAbsent<DeflatedSharpe> {
  if (isConstant(returns)) return { absent: 'it earned the same in every session' };
  const trials = policies * looks;
  const variance = 1 / (returns.length - 1);
  return { probability: deflatedSharpe(sharpeOf(returns), { count: trials, variance }), trials, looks };
}
