import { type Eventual, whenHere } from '../core/eventual.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { ServedModel } from '../models/catalog.ts';
import type { Manifest } from '../models/manifest.ts';
import type { Scores } from './policy.ts';

/** What a model says of one row, or in one word why it says nothing. */
export type Scored = Result<Scores, string>;

/**
 * A model's scores of rows, in one run, and of each row the bits that a run of it alone gives. So int8 models run row
 * by row (`DynamicQuantizeLinear` takes its range from all rows of a run), and where a run of several fails each row
 * is run by itself: one row's failure is no other's.
 */
export function scoreRows(model: ServedModel, rows: readonly Float32Array[]): Eventual<readonly Scored[]> {
  const [first] = rows;
  if (first && rows.length === 1) return whenHere(scoreRow(model, first), (scored) => [scored]);
  if (model.bundle.manifest.model.quantization === 'int8') return runInTurn(model, rows);
  return whenHere(runTogether(model, rows), (together) => together ?? runInTurn(model, rows));
}

async function runInTurn(model: ServedModel, rows: readonly Float32Array[]): Promise<readonly Scored[]> {
  const scored: Scored[] = [];
  for (const values of rows) {
    const found = scoreRow(model, values);
    scored.push(found instanceof Promise ? await found : found);
  }
  return scored;
}

/** A model's scores of one row. */
export const scoreRow = ({ bundle, runnable }: ServedModel, values: Float32Array): Eventual<Scored> =>
  whenHere(runnable.run(values, 1), (run) =>
    run.ok ? scoresAt(0, run.value, bundle.manifest.heads) : err(run.error.kind),
  );

/** Undefined where the run failed as a whole. */
function runTogether(
  { bundle, runnable }: ServedModel,
  rows: readonly Float32Array[],
): Eventual<readonly Scored[] | undefined> {
  const { heads, features } = bundle.manifest;
  const width = features.names.length;
  const gathered = new Float32Array(rows.length * width);
  rows.forEach((values, at) => void gathered.set(values, at * width));
  return whenHere(runnable.run(gathered, rows.length), (run) =>
    run.ok ? rows.map((_, at) => scoresAt(at, run.value, heads)) : undefined,
  );
}

/** One row's scores by head, of those of all rows. */
function scoresAt(row: number, scores: Float32Array, { length: width }: Manifest['heads']): Scored {
  const direction = scores[row * width];
  const risk = width === 2 ? scores[row * width + 1] : null;
  return direction === undefined || risk === undefined ? err('no score') : ok({ direction, risk });
}
