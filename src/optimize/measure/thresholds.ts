import { log } from '../../core/log.ts';
import type { Manifest } from '../../models/bundle.ts';
import type { Recipe } from '../recipe.ts';
import { longOnlyEquity, policyActions } from './policy-equity.ts';

type Policy = Manifest['policy'];

/**
 * The policy, from validation scores alone. `chosen` takes, of every pair of thresholds that makes the most
 * and the least confident 10, 20, 30 or 40 % of validation act, the pair of greatest {@link timingValue}.
 *
 * At least a tenth acts on either side by decree: scores this close to chance cannot show that acting pays,
 * nor that it does not, and a service that never acts would be a model nobody has seen working.
 */
export function choosePolicy(
  thresholds: Recipe['thresholds'],
  scores: Float32Array,
  nextReturns: Float64Array,
  costPerSide: number,
): Policy {
  const sizeFullAt = fullSizeAt(scores);
  if (thresholds.kind === 'fixed') {
    const { buyAtLeast, sellAtMost } = thresholds;
    return { buyAtLeast, sellAtMost, sizeFullAt, riskHoldAtLeast: null, validForMs: VALID_FOR_MS };
  }
  const sorted = scores.toSorted();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0.5;
  const candidates = ACTING_SHARES.flatMap((buyShare) =>
    ACTING_SHARES.map((sellShare) => ({
      buyAtLeast: roundTo4(Math.max(0.5, at(1 - buyShare))),
      sellAtMost: roundTo4(Math.min(0.4999, at(sellShare))),
      sizeFullAt,
      riskHoldAtLeast: null,
      validForMs: VALID_FOR_MS,
    })),
  );
  const valued = candidates.map((policy) => ({
    policy,
    value: timingValue(policy, scores, nextReturns, costPerSide),
  }));
  return valued.reduce((best, candidate) => (candidate.value > best.value ? candidate : best)).policy;
}

/**
 * Expected log utility that the policy's timing adds, in total log growth: what it earned after costs, less
 * what holding its average exposure all the time would have earned. Without the second term a rising market
 * would choose whatever is always invested.
 */
function timingValue(
  policy: Policy,
  scores: ArrayLike<number>,
  nextReturns: ArrayLike<number>,
  costPerSide: number,
): number {
  const equity = longOnlyEquity(policyActions(policy, scores), nextReturns, costPerSide);
  let passive = 0;
  for (let i = 0; i < nextReturns.length; i += 1) {
    passive += log(1 + equity.exposure * (nextReturns[i] as number));
  }
  return log(equity.curve.at(-1) ?? 1) - passive;
}

const ACTING_SHARES = [0.1, 0.2, 0.3, 0.4];

/** Under the manifest's bound of a minute; a daily bar's decision is not urgent. */
const VALID_FOR_MS = 30_000;

/** The |score − ½| that one validation score in twenty exceeds. */
function fullSizeAt(scores: Float32Array): number {
  const distances = scores.map((score) => Math.abs(score - 0.5)).toSorted();
  return roundTo4(Math.max(0.001, distances[Math.round(0.95 * (distances.length - 1))] ?? 0.5));
}

const roundTo4 = (x: number): number => Math.round(x * 1e4) / 1e4;
