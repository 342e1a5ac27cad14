import type { Manifest } from '../../models/manifest.ts';
import { areaUnderCurve } from '../../stats/area-under-curve.ts';
import { compressionBounds } from '../compress/choose-compression.ts';
import { collapseSpread, type HeadCompression, headCompressor } from '../compress/compress-heads.ts';
import { plainInt8 } from '../compress/compression-candidates.ts';
import { decisionFlips } from '../compress/decision-flips.ts';
import { encodeTables } from '../compress/encode-tables.ts';
import { evaluateTables } from '../compress/evaluate-tables.ts';
import { gzipSizeBytes } from '../compress/gzip-size.ts';
import type { HeadTables, ModelTables } from '../compress/model-tables.ts';
import { searchCompression } from '../compress/search-compression.ts';
import { smoothedRows } from '../compress/smoothed-rows.ts';
import { logLoss } from '../train/log-loss.ts';
import { type ComparedRows, heldBack } from './compare-forms.ts';
import type { NamedTables } from './named-tables.ts';

export interface FormSearch {
  /** In f32. */
  readonly model: ModelTables;
  readonly fitted: ComparedRows;
  /** What the choice among the forms is made on: development rows, the newer half. The holdout is not among them. */
  readonly compared: ComparedRows;
  readonly policy: Manifest['policy'];
  readonly domain: Manifest['domain'];
  readonly seed: number;
}

/**
 * The last forms of `search-compression.ts`, each head as coarse as the decisions bear. They are judged on fewer smoothed
 * rows than the choice, which so has the last word.
 */
export function searchForms(search: FormSearch): readonly NamedTables[] {
  const { model, fitted } = search;
  const compress = headCompressor(model, { rows: fitted.features, labels: fitted.labels });
  const modelOf = (compressions: readonly HeadCompression[]): ModelTables => ({
    ...model,
    heads: compressions.map((compression, h) => compress(h, compression)),
  });
  const start = model.heads.map(() => ({
    ...plainInt8(fitted.features),
    treesDroppedTenths: 0,
    collapseStep: 0,
  }));
  const judge = createFormJudge(search);
  const taken = searchCompression(start, (compressions) => judge(modelOf(compressions)));
  return taken.slice(-LAST_TAKEN).map((compressions) => ({
    name: `searched: ${compressions.map(knobsOf).join('; ')}`,
    model: modelOf(compressions),
  }));
}

/** Of what a search has taken: where the last breaks a bound among more rows, the one before it may keep it. */
const LAST_TAKEN = 5;

/** Gzipped bytes of a form of the model; undefined where it breaks a bound. */
function createFormJudge(search: FormSearch): (form: ModelTables) => number | undefined {
  const { model, policy } = search;
  const shownBy = createScorer(search);
  const exact = shownBy(model);
  // A BUY that comes near to a SELL among these rows may be one among more.
  const margin = SEARCH_MARGIN * (policy.buyAtLeast - policy.sellAtMost);
  const narrower = { buyAtLeast: policy.buyAtLeast - margin, sellAtMost: policy.sellAtMost + margin };
  return (form) => {
    const { decided, aucs, losses } = shownBy(form);
    const aucLoss = Math.max(...aucs.map((auc, h) => (exact.aucs[h] as number) - auc));
    const lossChange = Math.max(...losses.map((loss, h) => loss - (exact.losses[h] as number)));
    const isWithin =
      decisionFlips(exact.decided, decided, policy).flipShare <=
        SEARCH_TIGHTER * compressionBounds.flipShareMax &&
      decisionFlips(exact.decided, decided, narrower).opposites === 0 &&
      aucLoss <= SEARCH_TIGHTER * compressionBounds.aucLossMax &&
      lossChange <= SEARCH_LOSS_MAX;
    const file = isWithin ? encodeTables(form) : undefined;
    return file?.ok ? gzipSizeBytes(file.value) : undefined;
  };
}

const SEARCH_TIGHTER = 0.8;
const SEARCH_MARGIN = 0.2;
/** Of a head's log-loss, nats a row. */
const SEARCH_LOSS_MAX = 0.001;

interface Shown {
  /** Direction scores of the smoothed rows, as {@link heldBack} gives them. */
  readonly decided: Float32Array;
  /** On the compared rows, head by head. */
  readonly aucs: readonly number[];
  readonly losses: readonly number[];
}

function createScorer({ model, compared, policy, domain, seed }: FormSearch): (form: ModelTables) => Shown {
  const { min, max } = domain;
  const smoothed = smoothedRows(compared.features, {
    count: SEARCH_ROWS,
    width: min.length,
    min,
    max,
    seed: seed + 1,
  });
  const scoresOf = headScorer(model.inputWidth, smoothed.rows, compared.features);
  return ({ heads }) => {
    const scores = heads.map((head) => scoresOf(head));
    const labelsOf = (h: number): Uint8Array => compared.labels[h] as Uint8Array;
    const onSmoothed = scores.map((score) => score.onSmoothed);
    return {
      decided: heldBack(onSmoothed, policy),
      aucs: scores.map(({ onRows }, h) => areaUnderCurve(onRows, labelsOf(h))),
      losses: scores.map(({ onRows }, h) => logLoss(onRows, labelsOf(h))),
    };
  };
}

const SEARCH_ROWS = 20_000;

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

function knobsOf(compression: HeadCompression): string {
  const { weightBits, keepsOutputLayers, leafBits, thresholds, treesDroppedTenths, floatBytes } = compression;
  const scales = compression.perChannel ? '' : ', one scale a layer';
  const weights = `weights ${weightBits} bits${scales}${keepsOutputLayers ? ', the last layers f32' : ''}`;
  const grid = thresholds.kind === 'exact' ? 'exact thresholds' : `thresholds on 2^−${thresholds.bits}`;
  const collapsed =
    compression.collapseStep === 0 ? '' : `, splits below ${collapseSpread(compression)} collapsed`;
  return `${weights}, leaves ${leafBits} bits, ${grid}, ${10 - treesDroppedTenths}/10 of the trees${collapsed}, floats ${floatBytes} bytes`;
}
