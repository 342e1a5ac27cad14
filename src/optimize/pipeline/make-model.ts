import { canonicalJson } from '../../core/canonical-json.ts';
import { sha256Hex } from '../../core/digest.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { createOrtEngine } from '../../inference/ort.ts';
import type { Bundle } from '../../models/bundle.ts';
import { type Release, releaseBundle } from '../../models/release.ts';
import { encodeModel } from '../../onnx/model-proto.ts';
import { evaluateTables } from '../compress/evaluate-tables.ts';
import { INPUT_NAME, OUTPUT_NAME, tablesGraph } from '../compress/tables-graph.ts';
import { ensembleTables } from '../export/ensemble-tables.ts';
import type { Gate } from '../optimization-report.ts';
import type { Recipe } from '../recipe.ts';
import { type Comparison, type FormFacts, judgeCandidate } from '../release/gates.ts';
import { ensembleScores } from '../train/ensemble.ts';
import type { HoldoutKey, Look } from '../validation/holdout-ledger.ts';
import { bundleDraft } from './bundle-draft.ts';
import { type ComparedForm, compareForms } from './compare-forms.ts';
import { formFacts, worthFacts } from './gate-facts.ts';
import { type HoldoutOutcome, judgeHoldout } from './judge-holdout.ts';
import {
  type Candidate,
  type CandidateMaking,
  comparedRows,
  formComparison,
  makeCandidate,
} from './make-candidate.ts';
import { modelFeatures } from './model-features.ts';
import type { Learning } from './prepare-learning.ts';

export interface Making extends CandidateMaking {
  /** What runs under the recipe's name, to be beaten. */
  readonly incumbent: Bundle | undefined;
  /** Notes that the holdout is looked at, before it is. */
  readonly look: (key: HoldoutKey, candidate: string) => Promise<Result<Look, string>>;
  readonly signingKey: string;
  readonly codeCommit: string;
}

/** A candidate with everything that was found about it. */
export interface MadeModel extends Candidate {
  /** Every form on the holdout, in the order of `compressed.forms`. */
  readonly comparedForms: readonly ComparedForm[];
  readonly outcome: HoldoutOutcome;
  readonly look: Look;
  /** Each head against what it has to beat, at its level of this look. */
  readonly comparisons: readonly Comparison[];
  readonly gates: readonly Gate[];
  /** Whether every gate passed: only then may the release be written anywhere that serves. */
  readonly isReleased: boolean;
  readonly release: Release;
}

/**
 * The whole line: a candidate from the development examples, one look at the holdout, the gates, a bundle. Every figure
 * of the holdout is of the form that would be served.
 */
export async function makeModel(making: Making): Promise<Result<MadeModel, string>> {
  const made = await makeCandidate(making);
  if (!made.ok) return made;
  making.onStage('judge');
  return judgeModel(making, made.value);
}

async function judgeModel(making: Making, candidate: Candidate): Promise<Result<MadeModel, string>> {
  const { recipe, incumbent } = making;
  const { learning, trained, policy, domain, compressed } = candidate;
  const { model } = compressed.chosen;
  const bytes = encodeModel(tablesGraph(recipe.name, model));
  const release = releaseBundle(bundleDraft(making, candidate, bytes), making.signingKey);
  if (!release.ok) return release;
  const { hash } = release.value.bundle;
  if (hash === incumbent?.hash)
    return err(`${recipe.name} ${hash.slice(0, 12)} runs already: nothing to release`);
  // The bundle's hash is over everything that decides what is seen but for what it is compared with.
  const name = sha256Hex(canonicalJson({ bundle: hash, incumbent: incumbent?.hash ?? null }));
  const look = await making.look(holdoutKey(recipe, learning), name);
  if (!look.ok) return look;
  const score = (rows: Float32Array): Float32Array => evaluateTables(model, rows);
  const outcome = await judgeHoldout({ recipe, learning, trained, score, policy, domain, incumbent });
  if (!outcome.ok) return outcome;
  const comparedForms = compareForms({
    ...formComparison(making, policy, domain),
    forms: compressed.forms,
    rows: comparedRows(learning, trained, learning.holdout),
  });
  if (!comparedForms.ok) return comparedForms;
  const differences = await differencesOf(bytes, candidate);
  if (!differences.ok) return differences;
  const worth = worthFacts(candidate, outcome.value, look.value.alpha);
  const form = formFacts(candidate, outcome.value, comparedForms.value, differences.value);
  const { gates, isReleased } = judgeCandidate(worth, form, recipe.purpose);
  return ok({
    ...candidate,
    comparedForms: comparedForms.value,
    outcome: outcome.value,
    look: look.value,
    comparisons: worth.comparisons,
    gates,
    isReleased,
    release: release.value,
  });
}

function holdoutKey(recipe: Recipe, { examples, holdout }: Learning): HoldoutKey {
  const at = (place: number): number => examples.atMs[holdout.at(place) as number] as number;
  const series = `${recipe.symbols.join('+')}/${recipe.interval}`;
  return { series, dataSha256: recipe.source.sha256, fromMs: at(0), toMs: at(-1) };
}

/** How far what would be served lies from what was measured, and that from what was trained, on the holdout. */
async function differencesOf(
  bytes: Uint8Array,
  { learning, domain, trained, compressed }: Candidate,
): Promise<Result<Pick<FormFacts, 'roundingDifferenceMax' | 'exportDifferenceMax'>, string>> {
  const rows = modelFeatures(learning.set, trained, learning.holdout);
  const featureCount = domain.min.length;
  const runnable = await createOrtEngine({}).prepare({
    bytes,
    inputName: INPUT_NAME,
    outputName: OUTPUT_NAME,
    featureCount,
    headCount: trained.heads.length,
    probe: Float32Array.from(domain.baseline),
  });
  const scores = runnable.ok ? await runnable.value.run(rows, rows.length / featureCount) : runnable;
  if (!scores.ok) return err(`${scores.error.kind}: ${scores.error.detail}`);
  const { ensemble } = trained;
  return ok({
    roundingDifferenceMax: greatestDifference(
      evaluateTables(ensembleTables(ensemble), rows),
      ensembleScores(ensemble, rows),
    ),
    exportDifferenceMax: greatestDifference(scores.value, evaluateTables(compressed.chosen.model, rows)),
  });
}

const greatestDifference = (some: Float32Array, others: ArrayLike<number>): number =>
  some.reduce((most, score, i) => Math.max(most, Math.abs(score - (others[i] as number))), 0);
