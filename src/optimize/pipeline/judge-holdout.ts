import { ok, type Result } from '../../core/result.ts';
import type { Bundle, Manifest } from '../../models/bundle.ts';
import { pairedGain } from '../../stats/paired-gain.ts';
import { targetText } from '../data/target.ts';
import { insideDomain } from '../measure/domain.ts';
import { ewmaBaselineProbabilities, fitEwmaBaseline, logVolatilities } from '../measure/ewma-baseline.ts';
import { incumbentScores, scoredRows } from '../measure/incumbent.ts';
import {
  type Equity,
  equityOf,
  followedPositions,
  policyActions,
  type ScoredRows,
} from '../measure/policy-equity.ts';
import { rowLosses } from '../measure/score-rows.ts';
import type { Recipe } from '../recipe.ts';
import type { HeadName } from '../train/ensemble.ts';
import { baseRateOf } from './learning-set.ts';
import { modelFeatures } from './model-features.ts';
import type { Learning } from './prepare-learning.ts';
import type { TrainedModel } from './train-model.ts';

interface HoldoutLook {
  readonly recipe: Recipe;
  readonly learning: Learning;
  readonly trained: TrainedModel;
  /** The candidate's form that would be served: f32[rows × heads] of rows over the model's features. */
  readonly score: (rows: Float32Array) => Float32Array;
  readonly policy: Manifest['policy'];
  readonly domain: Manifest['domain'];
  readonly incumbent: Bundle | undefined;
}

/** What the one look at the held-out examples shows. */
export interface HoldoutOutcome {
  readonly rows: ScoredRows;
  readonly heads: readonly HeadOutcome[];
  /** Of all heads together, row by row: log-loss of the reference less that of the candidate, in nats. */
  readonly gains: Float64Array;
  readonly reference: string;
  readonly actions: ReturnType<typeof policyActions>;
  readonly followed: Equity;
  readonly buyAndHold: Equity;
  readonly alwaysHold: Equity;
  /** Of what runs, by its own policy; undefined where nothing does. */
  readonly incumbentFollowed: Equity | undefined;
}

interface HeadOutcome {
  readonly name: HeadName;
  readonly scores: Float64Array;
  readonly labels: Uint8Array;
  readonly baseRate: number;
  /** Over the base rate, row by row, in nats. */
  readonly gains: Float64Array;
  /** Over EWMA volatility, row by row; undefined but for the risk head. */
  readonly gainsOverEwma: Float64Array | undefined;
}

/**
 * Scores the holdout with the served form and everything it is compared with. What runs is compared by log-loss where
 * it was taught the same targets, since only then do its probabilities answer the same questions; else the base rates
 * are the reference, and its policy's earnings still are compared.
 */
export async function judgeHoldout(look: HoldoutLook): Promise<Result<HoldoutOutcome, string>> {
  const { recipe, learning, trained, score, policy, domain, incumbent } = look;
  const { set, holdout, examples } = learning;
  const features = modelFeatures(set, trained, holdout);
  const scores = score(features);
  const rows = scoredRows(scores, trained.heads.length, insideDomain(domain, features));
  const heads = trained.heads.map((_, h) => headOutcome(look, scores, h));
  const { bars } = recipe.source;
  const barIndices = holdout.map((index) => examples.barIndex[index] as number);
  const running = incumbent ? await incumbentScores(incumbent, bars, barIndices) : undefined;
  if (running && !running.ok) return running;
  const isComparable = incumbent !== undefined && hasTargets(incumbent.manifest, recipe);
  const reference =
    incumbent === undefined
      ? 'the base rates (nothing runs yet)'
      : isComparable
        ? `what runs (${incumbent.version.slice(0, 12)})`
        : `the base rates (${incumbent.version.slice(0, 12)} runs, and was taught other targets)`;
  const nextReturns = Float64Array.from(holdout, (index) => set.nextReturns[index] as number);
  const equity = (positions: ArrayLike<number>): Equity =>
    equityOf(positions, nextReturns, recipe.costPerSide);
  const constant = (position: number): Equity => equity(new Uint8Array(holdout.length).fill(position));
  return ok({
    rows,
    heads,
    gains: pooledGains(heads, isComparable ? running?.value : undefined),
    reference,
    actions: policyActions(policy, rows),
    followed: equity(followedPositions(policy, rows)),
    buyAndHold: constant(1),
    alwaysHold: constant(0),
    incumbentFollowed:
      incumbent && running ? equity(followedPositions(incumbent.manifest.policy, running.value)) : undefined,
  });
}

/** The upper bound at 2.5 % of the mean of differences: below 0 they are shown to be losses. */
export const upperBound = (differences: Float64Array): number =>
  -pairedGain(
    differences.map((difference) => -difference),
    0.025,
  ).low;

function headOutcome({ recipe, learning, trained }: HoldoutLook, all: Float32Array, h: number): HeadOutcome {
  const { set, development, holdout, examples } = learning;
  const { head, labelling } = trained.heads[h] as TrainedModel['heads'][number];
  const scores = Float64Array.from(holdout, (_, row) => all[row * trained.heads.length + h] as number);
  const labels = Uint8Array.from(holdout, (index) => labelling.labels[index] as number);
  const baseRate = baseRateOf(labelling.labels, development);
  const losses = rowLosses(scores, labels);
  const gainsOver = (probabilities: ArrayLike<number>): Float64Array =>
    rowLosses(probabilities, labels).map((loss, i) => loss - (losses[i] as number));
  const ewma = (): Float64Array => {
    const logVolatility = logVolatilities(recipe.source.bars, examples.barIndex);
    const baseline = fitEwmaBaseline({ logVolatility, labels: labelling.labels, fitOn: development });
    return ewmaBaselineProbabilities(baseline, logVolatility, holdout);
  };
  return {
    name: head.name,
    scores,
    labels,
    baseRate,
    gains: gainsOver(new Float64Array(set.count).fill(baseRate)),
    gainsOverEwma: head.name === 'risk' ? gainsOver(ewma()) : undefined,
  };
}

/** Where what runs abstains or has no such head, the base rate answers for it. */
function pooledGains(heads: readonly HeadOutcome[], running: ScoredRows | undefined): Float64Array {
  const [first] = heads;
  const pooled = new Float64Array(first?.labels.length ?? 0);
  for (const { name, scores, labels, baseRate } of heads) {
    const reference = Float64Array.from(labels, (_, row) => running?.[row]?.[name] ?? baseRate);
    const losses = rowLosses(scores, labels);
    rowLosses(reference, labels).forEach((loss, row) => {
      pooled[row] = (pooled[row] as number) + loss - (losses[row] as number);
    });
  }
  return pooled;
}

/** Whether a bundle was taught what the recipe asks, by what its lineage says. */
const hasTargets = ({ lineage }: Manifest, { direction, risk }: Recipe): boolean =>
  lineage.parameters['target'] === targetText(direction) &&
  lineage.parameters['riskTarget'] === (risk === undefined ? 'none' : targetText(risk));
