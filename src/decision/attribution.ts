import { ok, type Result } from '../core/result.ts';
import type { EngineFailure, Runnable } from '../inference/engine.ts';
import type { Attribution } from './answer.ts';

/**
 * How much each input moved the score: score(x) − score(x with that input at the model's baseline), one run
 * of one row an input. A one-at-a-time (occlusion) measure: interactions count for each of their inputs, so
 * the figures need not add up to the score.
 */
export async function attribute(
  runnable: Runnable,
  names: readonly string[],
  values: Float32Array,
  baseline: readonly number[],
  score: number,
): Promise<Result<readonly Attribution[], EngineFailure>> {
  const width = names.length;
  const rows = new Float32Array(width * width);
  for (let row = 0; row < width; row++) {
    rows.set(values, row * width);
    rows[row * width + row] = baseline[row] ?? 0;
  }
  const scores = await runnable.run(rows, width);
  if (!scores.ok) return scores;
  return ok(
    names.map((name, index) => ({
      name,
      value: values[index] ?? 0,
      attribution: score - (scores.value[index] ?? score),
    })),
  );
}
