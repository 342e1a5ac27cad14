import { ok, type Result } from '../core/result.ts';
import type { EngineFailure, Runnable } from '../inference/engine.ts';
import type { Attribution } from './answer.ts';

interface AttributeOptions {
  readonly runnable: Runnable;
  /** Of the model's inputs. */
  readonly names: readonly string[];
  /** Of the model's scores a row; the first is the direction. */
  readonly headCount: number;
  readonly values: Float32Array;
  readonly baseline: readonly number[];
  /** What the direction head said of `values`. */
  readonly direction: number;
}

/**
 * How much each input moved the direction: score(x) − score(x with that input at the model's baseline), one row
 * an input, in one run. A one-at-a-time (occlusion) measure: interactions count for each of their inputs, so
 * the figures need not add up to the score.
 */
export async function attribute(
  options: AttributeOptions,
): Promise<Result<readonly Attribution[], EngineFailure>> {
  const { runnable, names, headCount, values, baseline, direction } = options;
  const width = names.length;
  const rows = new Float32Array(width * width);
  for (let row = 0; row < width; row++) {
    rows.set(values, row * width);
    rows[row * width + row] = baseline[row] ?? 0;
  }
  const scores = await runnable.run(rows, width);
  if (!scores.ok) return scores;
  return ok(
    names.map((name, row) => ({
      attribution: direction - (scores.value[row * headCount] ?? direction),
      name,
      value: values[row] ?? 0,
    })),
  );
}
