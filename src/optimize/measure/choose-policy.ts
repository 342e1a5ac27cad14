import { log } from '../../core/log.ts';
import { roundTo6 } from '../../core/round-to-6.ts';
import type { Manifest } from '../../models/manifest.ts';
import { quantile } from '../../stats/quantile.ts';
import type { Recipe } from '../recipe.ts';
import { equityOf, followedPositions, type ScoredRows } from './policy-equity.ts';

type Policy = Manifest['policy'];

interface PolicyChoice {
  readonly thresholds: Recipe['thresholds'];
  /** Out of fold: of members that did not see the rows. */
  readonly direction: Float64Array;
  /** Undefined where the model has no risk head. */
  readonly risk: Float64Array | undefined;
  readonly nextReturns: Float64Array;
  readonly costPerSide: number;
}

/**
 * The policy, from out-of-fold scores alone. `chosen` takes, of every pair of thresholds that makes the most and the
 * least confident 10, 20, 30 or 40 % act, and of every bound on risk that holds back the riskiest 0, 10 or 20 %, the
 * one of greatest {@link timingValue}.
 *
 * At least a tenth acts on either side by decree: scores this close to chance cannot show that acting pays, nor that
 * it does not, and a service that never acts would be a model nobody has seen working.
 */
export function choosePolicy({
  thresholds,
  direction,
  risk,
  nextReturns,
  costPerSide,
}: PolicyChoice): Policy {
  const sizeFullAt = fullSizeAt(direction);
  const common = { sizeFullAt, validForMs: VALID_FOR_MS };
  const riskSorted = risk?.toSorted();
  const riskBounds = riskSorted ? RISK_SHARES.map((share) => riskBound(riskSorted, share)) : [null];
  if (thresholds.kind === 'shares') {
    const { buyAtLeast, sellAtMost } = atShares(direction.toSorted(), thresholds.buy, thresholds.sell);
    return { buyAtLeast, sellAtMost, ...common, riskHoldAtLeast: riskBounds[0] ?? null };
  }
  const sorted = direction.toSorted();
  const candidates = ACTING_SHARES.flatMap((buy) =>
    ACTING_SHARES.flatMap((sell) =>
      riskBounds.map((riskHoldAtLeast) => ({ ...atShares(sorted, buy, sell), ...common, riskHoldAtLeast })),
    ),
  );
  const rows: ScoredRows = Array.from(direction, (score, i) => ({
    direction: score,
    risk: risk === undefined ? null : (risk[i] as number),
  }));
  const valued = candidates.map((policy) => ({
    policy,
    value: timingValue(policy, rows, nextReturns, costPerSide),
  }));
  return valued.reduce((best, candidate) => (candidate.value > best.value ? candidate : best)).policy;
}

/** How many policies {@link choosePolicy} chooses among: a choice that has to be paid for in what is claimed of it. */
export const policiesTried = ({ kind }: Recipe['thresholds'], hasRisk: boolean): number =>
  kind === 'shares' ? 1 : ACTING_SHARES.length * ACTING_SHARES.length * (hasRisk ? RISK_SHARES.length : 1);

const ACTING_SHARES = [0.1, 0.2, 0.3, 0.4];
const RISK_SHARES = [0, 0.1, 0.2];

/** Under the manifest's bound of a minute; a daily bar's decision is not urgent. */
const VALID_FOR_MS = 30_000;

/** Thresholds that make these shares of the scores act, kept on their sides of ½. */
function atShares(
  sorted: Float64Array,
  buy: number,
  sell: number,
): Pick<Policy, 'buyAtLeast' | 'sellAtMost'> {
  return {
    buyAtLeast: roundTo6(Math.max(0.5, quantile(sorted, 1 - buy))),
    sellAtMost: roundTo6(Math.min(0.499_999, quantile(sorted, sell))),
  };
}

/** The risk that the given share of the scores reaches; 1 holds back what is certain alone. */
const riskBound = (sorted: Float64Array, share: number): number =>
  share === 0 ? 1 : roundTo6(quantile(sorted, 1 - share));

/**
 * Expected log utility that the policy's timing adds, in total log growth: what it earned after costs, less what
 * holding its average exposure all the time would have earned. Without the second term a rising market would choose
 * whatever is always invested.
 */
function timingValue(
  policy: Policy,
  rows: ScoredRows,
  nextReturns: Float64Array,
  costPerSide: number,
): number {
  const equity = equityOf(followedPositions(policy, rows), nextReturns, costPerSide);
  let passive = 0;
  for (const next of nextReturns) passive += log(1 + equity.exposure * next);
  return log(equity.curve.at(-1) ?? 1) - passive;
}

/** The |score − ½| that one score in twenty exceeds. */
function fullSizeAt(scores: Float64Array): number {
  const distances = scores.map((score) => Math.abs(score - 0.5)).toSorted();
  return roundTo6(Math.max(0.001, quantile(distances, 0.95)));
}
