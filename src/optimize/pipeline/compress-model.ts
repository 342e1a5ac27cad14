import { ok, type Result } from '../../core/result.ts';
import type { Manifest } from '../../models/bundle.ts';
import { areaUnderCurve } from '../../stats/area-under-curve.ts';
import {
  type CompressionBounds,
  chooseCompression,
  compressionBounds,
} from '../compress/choose-compression.ts';
import { collapseSpread, type HeadCompression, headCompressor } from '../compress/compress-heads.ts';
import { compressTables } from '../compress/compress-tables.ts';
import { compressionCandidates, plainInt8 } from '../compress/compression-candidates.ts';
import { decisionFlips } from '../compress/decision-flips.ts';
import { encodeTables } from '../compress/encode-tables.ts';
import { evaluateTables } from '../compress/evaluate-tables.ts';
import { gzipSizeBytes } from '../compress/gzip-size.ts';
import type { HeadTables, ModelTables } from '../compress/model-tables.ts';
import { searchCompression } from '../compress/search-compression.ts';
import { smoothedRows } from '../compress/smoothed-rows.ts';
import { logLoss } from '../train/log-loss.ts';
import { type ComparedForm, type ComparedRows, compareForms, heldBack } from './compare-forms.ts';
import { distilModel } from './distil-model.ts';
import type { NamedTables } from './named-tables.ts';

interface CompressOptions {
  /** In f32. */
  readonly model: ModelTables;
  readonly fitted: ComparedRows;
  /** What the choice among the forms is made on: development rows, the newer half. The holdout is not among them. */
  readonly compared: ComparedRows;
  readonly policy: Manifest['policy'];
  readonly domain: Manifest['domain'];
  readonly blockLength: number;
  readonly smoothedRows: number;
  readonly searchesForms: boolean;
  readonly seed: number;
}

export interface CompressedModel {
  /** The f32 form first. */
  readonly forms: readonly NamedTables[];
  /** Each form on the rows that the choice was made on. */
  readonly steps: readonly ComparedForm[];
  readonly chosen: NamedTables;
  /** Of each form, what keeps it from being chosen; empty of the chosen and of larger ones. */
  readonly refusals: ReadonlyMap<string, readonly string[]>;
}

/** The smallest form that decides as the f32 model does, within the bounds; the f32 form where none does. */
export function compressModel(options: CompressOptions): Result<CompressedModel, string> {
  const { model, fitted, compared } = options;
  const reference: NamedTables = { name: 'f32', model };
  const candidates = compressionCandidates(model, fitted.features);
  const bounds = { ...choiceBounds, rowCountMin: options.smoothedRows };
  const searched = options.searchesForms ? searchHeads(options) : [];
  const student = distilModel({ ...options, rows: fitted.features });
  const distilled = {
    name: 'distilled into a perceptron',
    model: compressTables(student, plainInt8(fitted.features)),
  };
  const forms = [reference, ...candidates, distilled, ...searched];
  const steps = compareForms({ ...options, forms, rows: compared });
  if (!steps.ok) return steps;
  const joint = steps.value.map((step) => step.joint);
  const servable = new Set(forms.filter((form) => !isDynamic(form.model)).map(({ name }) => name));
  const { chosen } = chooseCompression(
    joint.filter(({ name }) => name !== reference.name && servable.has(name)),
    bounds,
  );
  const refusals = chooseCompression(joint, bounds).refusals.filter(({ name }) => name !== reference.name);
  return ok({
    forms,
    steps: steps.value,
    chosen: forms.find(({ name }) => name === chosen?.name) ?? reference,
    refusals: new Map(
      refusals.map(({ name, reasons }) => [name, servable.has(name) ? reasons : [...reasons, DEPENDS]]),
    ),
  });
}

/** The gate's bounds with a tenth kept in hand: the holdout's rows are others. */
const choiceBounds: CompressionBounds = {
  ...compressionBounds,
  flipShareMax: 0.9 * compressionBounds.flipShareMax,
  aucLossMax: 0.9 * compressionBounds.aucLossMax,
};

/** Why a dynamic form is not served, however good: its ranges are of whatever rows are asked together. */
const DEPENDS = 'what it says of a row depends on the rows beside it';

const isDynamic = ({ heads }: ModelTables): boolean =>
  heads.some(({ members }) =>
    members.some(
      (member) =>
        member.kind === 'dense' &&
        member.layers.some(({ form }) => form.kind === 'int8' && form.arithmetic.kind === 'dynamic'),
    ),
  );

/**
 * The last forms of `search-compression.ts`, each head as coarse as the decisions bear. They are judged on fewer smoothed
 * rows than the choice, which so has the last word.
 */
function searchHeads(options: CompressOptions): readonly NamedTables[] {
  const { model, fitted, compared, policy, domain, seed } = options;
  const width = domain.min.length;
  const { min, max } = domain;
  const smoothed = smoothedRows(compared.features, { count: SEARCH_ROWS, width, min, max, seed: seed + 1 });
  const compress = headCompressor(model, { rows: fitted.features, labels: fitted.labels });
  const scoresOf = headScorer(model.inputWidth, smoothed.rows, compared.features);
  const exact = model.heads.map((head) => scoresOf(head));
  const reference = heldBack(
    exact.map(({ onSmoothed }) => onSmoothed),
    policy,
  );
  const aucOf = (h: number, scores: Float32Array): number =>
    areaUnderCurve(scores, compared.labels[h] as Uint8Array);
  const aucs = exact.map(({ onRows }, h) => aucOf(h, onRows));
  const losses = exact.map(({ onRows }, h) => logLoss(onRows, compared.labels[h] as Uint8Array));
  const lossChanges = (scores: readonly HeadScores[]): number[] =>
    scores.map(({ onRows }, h) => logLoss(onRows, compared.labels[h] as Uint8Array) - (losses[h] as number));
  const modelOf = (compressions: readonly HeadCompression[]): ModelTables => ({
    ...model,
    heads: compressions.map((compression, h) => compress(h, compression)),
  });
  // A BUY that comes near to a SELL among these rows may be one among more.
  const margin = SEARCH_MARGIN * (policy.buyAtLeast - policy.sellAtMost);
  const narrower = { buyAtLeast: policy.buyAtLeast - margin, sellAtMost: policy.sellAtMost + margin };
  const start = model.heads.map(() => ({
    ...plainInt8(fitted.features),
    treesDroppedTenths: 0,
    collapseStep: 0,
  }));
  const found = searchCompression(start, (compressions) => {
    const form = modelOf(compressions);
    const scores = form.heads.map((head) => scoresOf(head));
    const decided = heldBack(
      scores.map(({ onSmoothed }) => onSmoothed),
      policy,
    );
    const flips = decisionFlips(reference, decided, policy);
    const aucLoss = Math.max(...scores.map(({ onRows }, h) => (aucs[h] as number) - aucOf(h, onRows)));
    const file = encodeTables(form);
    const isWithin =
      flips.flipShare <= SEARCH_TIGHTER * compressionBounds.flipShareMax &&
      decisionFlips(reference, decided, narrower).opposites === 0 &&
      aucLoss <= SEARCH_TIGHTER * compressionBounds.aucLossMax &&
      Math.max(...lossChanges(scores)) <= SEARCH_LOSS_MAX;
    return file.ok && isWithin ? gzipSizeBytes(file.value) : undefined;
  });
  return found.slice(-LAST_TAKEN).map((compressions) => ({
    name: `searched: ${compressions.map(knobsOf).join('; ')}`,
    model: modelOf(compressions),
  }));
}

function knobsOf(compression: HeadCompression): string {
  const { weightBits, keepsOutputLayers, leafBits, thresholds, treesDroppedTenths, floatBytes } = compression;
  const scales = compression.perChannel ? '' : ', one scale a layer';
  const weights = `weights ${weightBits} bits${scales}${keepsOutputLayers ? ', the last layers f32' : ''}`;
  const grid = thresholds.kind === 'exact' ? 'exact thresholds' : `thresholds on 2^−${thresholds.bits}`;
  const collapsed =
    compression.collapseStep === 0 ? '' : `, splits below ${collapseSpread(compression)} collapsed`;
  return `${weights}, leaves ${leafBits} bits, ${grid}, ${10 - treesDroppedTenths}/10 of the trees${collapsed}, floats ${floatBytes} bytes`;
}

/** Of what a search has taken: where the last breaks a bound among more rows, the one before it may keep it. */
const LAST_TAKEN = 5;
const SEARCH_ROWS = 20_000;
const SEARCH_TIGHTER = 0.8;
const SEARCH_MARGIN = 0.2;
/** Of a head's log-loss, nats a row. */
const SEARCH_LOSS_MAX = 0.001;

interface HeadScores {
  readonly onSmoothed: Float32Array;
  readonly onRows: Float32Array;
}

/** Scores of one head, each form of it once. */
function headScorer(
  inputWidth: number,
  smoothed: Float32Array,
  rows: Float32Array,
): (head: HeadTables) => HeadScores {
  const known = new Map<HeadTables, HeadScores>();
  return (head) => {
    const scored = known.get(head);
    if (scored) return scored;
    const model = { inputWidth, heads: [head] };
    const made = { onSmoothed: evaluateTables(model, smoothed), onRows: evaluateTables(model, rows) };
    known.set(head, made);
    return made;
  };
}
