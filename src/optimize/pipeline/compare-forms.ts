import { err, ok, type Result } from '../../core/result.ts';
import type { Manifest } from '../../models/manifest.ts';
import { decodeTables } from '../compress/decode-tables.ts';
import { encodeTables } from '../compress/encode-tables.ts';
import { evaluateTables } from '../compress/evaluate-tables.ts';
import { type CompressionForm, type FrontierStep, frontier } from '../compress/frontier.ts';
import { smoothedRows } from '../compress/smoothed-rows.ts';
import type { NamedTables } from './named-tables.ts';

/** Rows that a model's forms are compared on. */
export interface ComparedRows {
  /** f32[n × width], oldest first. */
  readonly features: Float32Array;
  /** 0 or 1 of each row, head by head. */
  readonly labels: readonly Uint8Array[];
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
  readonly smoothedRows: number;
  readonly seed: number;
}

/**
 * Every form against the first: worth on the rows, decisions on many smoothed ones. A row that the risk
 * head holds back counts as HOLD, so the flips are those of the decisions that a client would see.
 */
export function compareForms(options: CompareOptions): Result<readonly ComparedForm[], string> {
  const { forms, rows, policy, domain, blockLength, smoothedRows: count, seed } = options;
  const { min, max } = domain;
  const smoothed = smoothedRows(rows.features, { count, width: min.length, min, max, seed }).rows;
  const scored: ScoredForm[] = [];
  for (const { name, model } of forms) {
    const file = encodeTables(model);
    if (!file.ok) return err(`${name}: ${file.error}`);
    // Measured is what the file says, not what it was written from.
    const read = decodeTables(file.value);
    if (!read.ok) return err(`${name}: ${read.error}`);
    const headCount = model.heads.length;
    scored.push({
      name,
      file: file.value,
      onRows: columnsOf(evaluateTables(read.value, rows.features), headCount),
      onSmoothed: columnsOf(evaluateTables(read.value, smoothed), headCount),
    });
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
  /** Scores of each row, head by head. */
  readonly onRows: readonly Float32Array[];
  readonly onSmoothed: readonly Float32Array[];
}

const columnsOf = (scores: Float32Array, headCount: number): readonly Float32Array[] =>
  Array.from({ length: headCount }, (_, h) => scores.filter((_, i) => i % headCount === h));

function formOf(
  { name, file, onRows, onSmoothed }: ScoredForm,
  h: number,
  policy: Manifest['policy'],
): CompressionForm {
  return {
    name,
    file,
    heldOutScores: onRows[h] as Float32Array,
    smoothedScores: h === 0 ? heldBack(onSmoothed, policy) : (onSmoothed[h] as Float32Array),
    rowUs: undefined,
  };
}

/** Direction scores, those of too risky rows moved between the thresholds: what the policy makes of both heads. */
export function heldBack(
  [direction, risk]: readonly Float32Array[],
  { buyAtLeast, sellAtMost, riskHoldAtLeast }: Manifest['policy'],
): Float32Array {
  if (direction === undefined) throw new RangeError('a model without a direction head');
  if (risk === undefined || riskHoldAtLeast === null) return direction;
  const between = (buyAtLeast + sellAtMost) / 2;
  return direction.map((score, row) => ((risk[row] as number) < riskHoldAtLeast ? score : between));
}
