import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { Runnable } from '../../inference/engine.ts';
import { createOrtEngine } from '../../inference/ort.ts';
import { encodeModel } from '../../onnx/model-proto.ts';
import { quantile } from '../../stats/quantile.ts';
import type { ModelTables } from '../compress/model-tables.ts';
import { INPUT_NAME, OUTPUT_NAME, tablesGraph } from '../compress/tables-graph.ts';
import type { Latency } from '../optimization-report.ts';

interface TimedForms {
  readonly forms: readonly { readonly name: string; readonly model: ModelTables }[];
  /** f32[n × width], n ≥ 1: rows as they are asked for, repeated where a call needs more. */
  readonly rows: Float32Array;
  /** Milliseconds of a clock that only goes forwards, as fine as there is. */
  readonly nowMs: () => number;
}

/**
 * How long the ONNX graph of each form takes a row in onnxruntime-web, in the order of the forms. The forms take
 * turns, a call each round, so that a machine that slows down slows all of them. Of this machine at this hour: it
 * belongs beside a bundle and not into its hash.
 */
export async function formLatencies(
  timed: TimedForms,
): Promise<Result<readonly (readonly Latency[])[], string>> {
  const runnables: Runnable[] = [];
  for (const { name, model } of timed.forms) {
    const runnable = await runnableOf(name, model, timed.rows.subarray(0, model.inputWidth));
    if (!runnable.ok) return runnable;
    runnables.push(runnable.value);
  }
  const byBatch: (readonly number[])[] = [];
  for (const batch of BATCHES) {
    const medians = await mediansUsPerRow(timed, runnables, batch);
    if (!medians.ok) return medians;
    byBatch.push(medians.value);
  }
  return ok(
    timed.forms.map((_, form) =>
      BATCHES.map(({ batchRows }, batch) => ({
        engine: ENGINE,
        batchRows,
        usPerRow: byBatch[batch]?.[form] ?? NaN,
      })),
    ),
  );
}

const ENGINE = 'onnxruntime-web';

interface Batch {
  readonly batchRows: number;
  /** Calls of which the median is taken, odd. */
  readonly rounds: number;
  /** Calls before them, in which the engine compiles and its caches fill. */
  readonly warmUps: number;
}

/** A decision asks one row; a backtest, many. */
const BATCHES: readonly Batch[] = [
  { batchRows: 1, rounds: 501, warmUps: 100 },
  { batchRows: 64, rounds: 101, warmUps: 10 },
];

async function runnableOf(
  name: string,
  model: ModelTables,
  probe: Float32Array,
): Promise<Result<Runnable, string>> {
  try {
    const prepared = await createOrtEngine({}).prepare({
      bytes: encodeModel(tablesGraph('timed', model)),
      inputName: INPUT_NAME,
      outputName: OUTPUT_NAME,
      featureCount: model.inputWidth,
      headCount: model.heads.length,
      probe: probe.slice(),
    });
    return prepared.ok ? prepared : err(`${name}: ${prepared.error.kind}: ${prepared.error.detail}`);
  } catch (failure) {
    return err(`${name}: ${messageOf(failure)}`);
  }
}

/** Of each runnable, in order. */
async function mediansUsPerRow(
  { forms, rows, nowMs }: TimedForms,
  runnables: readonly Runnable[],
  { batchRows, rounds, warmUps }: Batch,
): Promise<Result<readonly number[], string>> {
  const times = runnables.map(() => new Float64Array(rounds));
  const width = forms[0]?.model.inputWidth ?? 0;
  for (let round = -warmUps; round < rounds; round += 1) {
    const input = rowsOf(rows, width, (round + warmUps) * batchRows, batchRows);
    for (const [form, runnable] of runnables.entries()) {
      const beganMs = nowMs();
      const scores = await runnable.run(input, batchRows);
      const tookMs = nowMs() - beganMs;
      if (!scores.ok) return err(`${forms[form]?.name}: ${scores.error.kind}: ${scores.error.detail}`);
      if (round >= 0) (times[form] as Float64Array)[round] = (tookMs * 1_000) / batchRows;
    }
  }
  return ok(times.map((taken) => quantile(taken.toSorted(), 0.5)));
}

/** Row-major values of `count` rows from the row `first` on, around the end. */
function rowsOf(rows: Float32Array, width: number, first: number, count: number): Float32Array {
  const available = rows.length / width;
  const taken = new Float32Array(count * width);
  for (let i = 0; i < count; i += 1) {
    const row = (first + i) % available;
    taken.set(rows.subarray(row * width, (row + 1) * width), i * width);
  }
  return taken;
}
