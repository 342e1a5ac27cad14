import { err, ok, type Result } from '../../core/result.ts';
import { type CompressionBounds, chooseCompression } from '../compress/choose-compression.ts';
import type { ActionThresholds } from '../compress/decision-flips.ts';
import { encodeTables } from '../compress/encode-tables.ts';
import { type CompressionForm, type FrontierStep, frontier } from '../compress/frontier.ts';
import type { ModelTables } from '../compress/model-tables.ts';
import { smoothedRows } from '../compress/smoothed-rows.ts';
import { INPUT_NAME, OUTPUT_NAME, tablesGraph } from '../compress/tables-graph.ts';

import { ortOutputs } from './ort-outputs.ts';

export interface NamedModel {
  readonly name: string;
  readonly model: ModelTables;
}

export interface CompressionMeasurement {
  /** In f32; what the others are compared with. */
  readonly reference: NamedModel;
  readonly candidates: readonly NamedModel[];
  /** Which head decides. Sizes are of the whole model. */
  readonly head: number;
  /** f32[n × inputWidth] that shaped no model, in order of time. */
  readonly heldOut: Float32Array;
  /** 0 or 1 for each of them. */
  readonly labels: ArrayLike<number>;
  /** Least and greatest value of each input that a service would accept. */
  readonly min: ArrayLike<number>;
  readonly max: ArrayLike<number>;
  readonly thresholds: ActionThresholds;
  readonly blockLength: number;
  readonly bounds: CompressionBounds;
  /** Least share of the f32 form's gzipped bytes that the chosen form must save. */
  readonly savingMin: number;
  readonly seed: number;
}

export interface CompressionMeasured {
  readonly steps: readonly FrontierStep[];
  readonly chosen: FrontierStep | undefined;
  /** Whether a form within the bounds saves enough. */
  readonly passed: boolean;
  readonly lines: readonly string[];
}

/**
 * Size, worth and decisions of every form of a model, each scored by onnxruntime-web, and the smallest that
 * keeps the bounds. Flips are counted on as many smoothed rows as the bounds ask for.
 */
export async function measureCompression(
  options: CompressionMeasurement,
): Promise<Result<CompressionMeasured, string>> {
  const { reference, candidates, labels, thresholds, blockLength, bounds, seed } = options;
  const width = reference.model.inputWidth;
  const { min, max } = options;
  const smoothed = smoothedRows(options.heldOut, { count: bounds.rowCountMin, width, min, max, seed });
  const forms: CompressionForm[] = [];
  for (const { name, model } of [reference, ...candidates]) {
    const file = encodeTables(model);
    if (!file.ok) return err(`${name}: ${file.error}`);
    const heldOutScores = await headScores(model, options.heldOut, options.head);
    const smoothedScores = await headScores(model, smoothed.rows, options.head);
    forms.push({ name, file: file.value, heldOutScores, smoothedScores, rowUs: undefined });
  }
  const [first, ...others] = forms as [CompressionForm, ...CompressionForm[]];
  const steps = frontier({ reference: first, candidates: others, labels, thresholds, blockLength, seed });
  const { chosen, refusals } = chooseCompression(steps, bounds);
  const lines = [
    ...steps.map(lineOf),
    ...refusals.flatMap(({ name, reasons }) => reasons.map((reason) => `${name} is refused: ${reason}`)),
    `chosen: ${chosen ? `${chosen.name}, ${percent(chosen.saving)} smaller` : 'none'}`,
  ];
  return ok({ steps, chosen, passed: chosen !== undefined && chosen.saving >= options.savingMin, lines });
}

/** Batched, but row by row where a layer looks at the range of its batch. */
async function headScores(model: ModelTables, rows: Float32Array, head: number): Promise<Float32Array> {
  const isDynamic = model.heads.some(({ members }) =>
    members.some(
      (member) =>
        member.kind === 'dense' &&
        member.layers.some(({ form }) => form.kind === 'int8' && form.arithmetic.kind === 'dynamic'),
    ),
  );
  const source = {
    input: INPUT_NAME,
    width: model.inputWidth,
    values: rows,
    batchSize: isDynamic ? 1 : 1_000,
  };
  const outputs = await ortOutputs(tablesGraph('model', model), source, [OUTPUT_NAME]);
  const heads = model.heads.length;
  return (outputs.get(OUTPUT_NAME) ?? new Float32Array(0)).filter((_, i) => i % heads === head);
}

const lineOf = (step: FrontierStep): string =>
  [
    step.name.padEnd(28),
    `${step.sizeBytes} B`.padStart(9),
    `gzip ${step.gzipBytes} B`.padStart(14),
    `saves ${percent(step.saving)}`.padStart(14),
    `AUC ${step.auc.toFixed(4)} (${signed(-step.aucLoss)})`,
    `log-loss ${step.logLoss.toFixed(5)} (${signed(step.logLossDifference.mean)}, 95 % ${signed(step.logLossDifference.interval.low)} to ${signed(step.logLossDifference.interval.high)})`,
    `ECE ${step.calibrationError.toFixed(4)}`,
    `flips ${percent(step.flips.flipShare)} of ${step.flips.eitherActs} acting of ${step.flips.rowCount}`,
    `BUY↔SELL ${step.flips.opposites}`,
    `acting ${percent(step.flips.actingShares[0])} and ${percent(step.flips.actingShares[1])}`,
  ].join('  ');

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const signed = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(6)}`;
