import { canonicalJson } from '../../core/canonical-json.ts';
import { sha256Hex } from '../../core/digest.ts';
import { subsetOf } from '../../features/vector.ts';
import type { Manifest } from '../../models/manifest.ts';
import type { BundleDraft } from '../../models/release.ts';
import { targetSentence, targetText } from '../data/target.ts';
import { baseRateOf } from './learning-set.ts';
import type { Candidate, CandidateMaking } from './make-candidate.ts';
import type { Learning } from './prepare-learning.ts';
import type { TrainedModel } from './train-model.ts';

interface DraftMaking extends CandidateMaking {
  readonly codeCommit: string;
}

/**
 * What a candidate's bundle says of itself. Measurements and times are not in it, so the same seed, data and options give
 * the same hash.
 */
export function bundleDraft(making: DraftMaking, candidate: Candidate, model: Uint8Array): BundleDraft {
  const { recipe } = making;
  const { learning, trained, policy, domain } = candidate;
  const { bars, description, sha256 } = recipe.source;
  const names = trained.columns.map((column) => learning.set.featureNames[column] as string);
  const featureSet = subsetOf(recipe.featureSet, names);
  if (!featureSet.ok) throw new RangeError(featureSet.error);
  const [direction] = trained.heads as [TrainedModel['heads'][number]];
  return {
    name: recipe.name,
    purpose: recipe.purpose,
    // Nobody but the gates lets the bundle out that says so.
    ...(recipe.rung === undefined ? {} : { rung: recipe.rung }),
    model,
    featureSet: featureSet.value,
    heads: trained.heads.length === 1 ? ['direction'] : ['direction', 'risk'],
    target: targetSentence(recipe.direction, direction.labelling.hurdle),
    symbols: [...recipe.symbols],
    interval: recipe.interval,
    calendar: recipe.calendar,
    policy,
    domain,
    data: {
      source: description,
      sha256,
      rows: bars.length,
      from: dateOf(bars.at(0)?.tMs),
      to: dateOf(bars.at(-1)?.tMs),
    },
    lineage: lineageOf(making, candidate),
  };
}

/** How to make the same bytes again. */
function lineageOf(
  { recipe, settings, seed, codeCommit }: DraftMaking,
  { learning, trained, compressed }: Candidate,
): Manifest['lineage'] {
  return {
    seed,
    recipe: recipe.name,
    codeCommit,
    trials: settings.trials,
    parameters: {
      barsSha256: sha256Hex(canonicalJson(recipe.source.bars)),
      sampler: settings.sampler,
      selection: settings.selection,
      innerFolds: settings.innerFolds,
      outerFolds: settings.outerFolds,
      trialsInBatch: settings.trialsInBatch,
      holdoutShare: recipe.holdoutShare,
      costPerSide: recipe.costPerSide,
      compression: compressed.chosen.name,
      ...Object.fromEntries(trained.heads.flatMap((fitted, h) => parametersOf(fitted, learning, h))),
    },
    reproducible: !trained.isCut,
  };
}

function parametersOf(
  { head, labelling, search }: TrainedModel['heads'][number],
  { set, development }: Learning,
  h: number,
): [string, number | string][] {
  const question = set.questions[h] as Learning['set']['questions'][number];
  return [
    [`${head.name}.target`, targetText(question.target)],
    [`${head.name}.hurdle`, labelling.hurdle],
    [`${head.name}.baseRate`, baseRateOf(labelling.labels, development)],
    [`${head.name}.epochs`, search.epochs],
    [`${head.name}.trees`, search.trees],
    ...Object.entries(search.point).map(([name, value]): [string, number | string] => [
      `${head.name}.${name}`,
      typeof value === 'boolean' ? String(value) : value,
    ]),
  ];
}

const dateOf = (tMs: number | undefined): string => new Date(tMs ?? NaN).toISOString().slice(0, 10);
