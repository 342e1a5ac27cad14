import { describe, expect, it } from 'vitest';
import { err, ok } from '../../src/core/result.ts';
import { scoreRows } from '../../src/decision/score-rows.ts';
import type { Runnable } from '../../src/inference/engine.ts';
import { constantModel } from '../http/served-model.ts';

/** Scores a row by its first value, and fails a run in which one has none; counts its runs. */
function scoringModel(quantization: 'none' | 'int8' = 'none') {
  const model = constantModel(0.5);
  const runs: number[] = [];
  const run: Runnable['run'] = async (rows, rowCount) => {
    runs.push(rowCount);
    const width = rows.length / rowCount;
    const scores = Float32Array.from({ length: rowCount }, (_, at) => rows[at * width] ?? Number.NaN);
    return scores.some((score) => score > 1) ? err({ kind: 'not-a-probability', detail: 'x' }) : ok(scores);
  };
  const { manifest } = model.bundle;
  const bundle = { ...model.bundle, manifest: { ...manifest, model: { ...manifest.model, quantization } } };
  return { runs, model: { ...model, bundle, runnable: { ...model.runnable, run } } };
}
const row = (first: number) => new Float32Array(32).fill(first);

describe('the rows of a model', () => {
  it('are scored in one run, each by its own score', async () => {
    const { runs, model } = scoringModel();
    const scored = await scoreRows(model, [row(0.25), row(0.5), row(0.75)]);
    expect(scored).toEqual([0.25, 0.5, 0.75].map((direction) => ok({ direction, risk: null })));
    expect(runs).toEqual([3]);
  });

  it('fail one by one', async () => {
    const { runs, model } = scoringModel();
    const scored = await scoreRows(model, [row(0.25), row(2), row(0.75)]);
    expect(scored.map((one) => one.ok)).toEqual([true, false, true]);
    expect(scored[1]).toEqual(err('not-a-probability'));
    expect(runs).toEqual([3, 1, 1, 1]);
  });

  it('run by themselves where an 8-bit model may take its range from all rows of a run', async () => {
    const { runs, model } = scoringModel('int8');
    await scoreRows(model, [row(0.25), row(0.5)]);
    expect(runs).toEqual([1, 1]);
  });
});
