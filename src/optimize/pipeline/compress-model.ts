import { err, ok, type Result } from '../../core/result.ts';
import type { Manifest } from '../../models/bundle.ts';
import {
  type CompressionBounds,
  chooseCompression,
  compressionBounds,
} from '../compress/choose-compression.ts';
import { compressionForms } from '../compress/compression-forms.ts';
import { encodeTables } from '../compress/encode-tables.ts';
import { evaluateTables } from '../compress/evaluate-tables.ts';
import { type CompressionForm, type FrontierStep, frontier } from '../compress/frontier.ts';
import type { ModelTables } from '../compress/model-tables.ts';
import { smoothedRows } from '../compress/smoothed-rows.ts';

/** Rows that a model's forms are compared on. */
export interface ComparedRows {
  /** f32[n × width], oldest first. */
  readonly features: Float32Array;
  /** 0 or 1 of each row, head by head. */
  readonly labels: readonly Uint8Array[];
}

interface CompressOptions {
  /** In f32. */
  readonly model: ModelTables;
  readonly fitted: ComparedRows;
  /** What the choice among the forms is made on; the model has not seen them, but the holdout is not among them. */
  readonly compared: ComparedRows;
  readonly policy: Manifest['policy'];
  readonly domain: Manifest['domain'];
  readonly blockLength: number;
  readonly seed: number;
}

/** A form of the model under its name. */
export interface NamedTables {
  readonly name: string;
  readonly model: ModelTables;
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
  const forms = compressionForms({ model, rows: fitted.features, labels: fitted.labels });
  const reference: NamedTables = { name: 'f32', model };
  const steps = compareForms({ ...options, forms: [reference, ...forms], rows: compared });
  if (!steps.ok) return steps;
  const servable = new Set(forms.filter(({ isServable }) => isServable).map(({ name }) => name));
  const { chosen } = chooseCompression(
    steps.value.map(({ joint }) => joint).filter(({ name }) => servable.has(name)),
    compressionBounds,
  );
  const refusals = refusalsOf(steps.value, servable, compressionBounds);
  return ok({
    forms: [reference, ...forms],
    steps: steps.value,
    chosen: forms.find(({ name }) => name === chosen?.name) ?? reference,
    refusals,
  });
}

function refusalsOf(
  steps: readonly ComparedForm[],
  servable: ReadonlySet<string>,
  bounds: CompressionBounds,
): ReadonlyMap<string, readonly string[]> {
  const { refusals } = chooseCompression(
    steps.map(({ joint }) => joint),
    bounds,
  );
  return new Map(
    refusals
      .filter(({ name }) => name !== 'f32')
      .map(({ name, reasons }) => [
        name,
        servable.has(name) ? reasons : [...reasons, 'what it says of a row depends on the rows beside it'],
      ]),
  );
}

export interface ComparedForm {
  /** Decisions of the whole policy, with the worth of the direction head and the greatest AUC loss of any head. */
  readonly joint: FrontierStep;
  /** Head by head. */
  readonly heads: readonly FrontierStep[];
}

interface CompareOptions {
  /** The f32 form first. */
  readonly forms: readonly NamedTables[];
  readonly rows: ComparedRows;
  readonly policy: Manifest['policy'];
  readonly domain: Manifest['domain'];
  readonly blockLength: number;
  readonly seed: number;
}

/**
 * Every form against the first: worth on the rows, decisions on a hundred thousand smoothed ones. A row that the risk
 * head holds back counts as HOLD, so the flips are those of the decisions that a client would see.
 */
export function compareForms(options: CompareOptions): Result<readonly ComparedForm[], string> {
  const { forms, rows, policy, domain, blockLength, seed } = options;
  const width = domain.min.length;
  const count = compressionBounds.rowCountMin;
  const smoothed = smoothedRows(rows.features, { count, width, min: domain.min, max: domain.max, seed }).rows;
  const scored: ScoredForm[] = [];
  for (const { name, model } of forms) {
    const file = encodeTables(model);
    if (!file.ok) return err(`${name}: ${file.error}`);
    const headCount = model.heads.length;
    const onRows = evaluateTables(model, rows.features);
    const onSmoothed = evaluateTables(model, smoothed);
    scored.push({ name, file: file.value, headCount, onRows, onSmoothed });
  }
  const byHead = rows.labels.map((labels, h) => {
    const [reference, ...candidates] = scored.map((form) => formOf(form, h, policy));
    return frontier({
      reference: reference as CompressionForm,
      candidates,
      labels,
      thresholds: policy,
      blockLength,
      seed,
    });
  });
  return ok(
    forms.map((_, i) => {
      const heads = byHead.map((steps) => steps[i] as FrontierStep);
      const [direction] = heads as [FrontierStep];
      return { joint: { ...direction, aucLoss: Math.max(...heads.map(({ aucLoss }) => aucLoss)) }, heads };
    }),
  );
}

interface ScoredForm {
  readonly name: string;
  readonly file: Uint8Array;
  readonly headCount: number;
  readonly onRows: Float32Array;
  readonly onSmoothed: Float32Array;
}

function formOf(
  { name, file, headCount, onRows, onSmoothed }: ScoredForm,
  head: number,
  policy: Manifest['policy'],
): CompressionForm {
  const column = (scores: Float32Array): Float32Array => scores.filter((_, i) => i % headCount === head);
  return {
    name,
    file,
    heldOutScores: column(onRows),
    smoothedScores: head === 0 ? heldBack(onSmoothed, headCount, policy) : column(onSmoothed),
    rowUs: undefined,
  };
}

/** Direction scores, those of too risky rows moved between the thresholds. */
function heldBack(scores: Float32Array, headCount: number, policy: Manifest['policy']): Float32Array {
  const { buyAtLeast, sellAtMost, riskHoldAtLeast } = policy;
  const between = (buyAtLeast + sellAtMost) / 2;
  return Float32Array.from({ length: scores.length / headCount }, (_, row) => {
    const isRisky = riskHoldAtLeast !== null && !((scores[row * headCount + 1] as number) < riskHoldAtLeast);
    return isRisky ? between : (scores[row * headCount] as number);
  });
}
