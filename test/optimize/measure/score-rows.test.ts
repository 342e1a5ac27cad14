import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { scoreRows } from '../../../src/optimize/measure/score-rows.ts';
import { rowLosses } from '../../../src/optimize/train/log-loss.ts';

const random = new SeededRandom(5);
const scores = Float64Array.from({ length: 400 }, () => random.uniform());
const labels = Uint8Array.from(scores, (score) => (random.uniform() < score ? 1 : 0));
const predictions = { scores, labels, baseRate: 0.5, blockLength: 5, seed: 1 };

describe('scoreRows', () => {
  it('is 0 gain and half the pairs for a score that says the base rate of every row', () => {
    const { auc, gain, logLoss } = scoreRows({ ...predictions, scores: scores.map(() => 0.5) });
    expect(auc).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
    expect([gain.value, gain.low, gain.high]).toEqual([0, 0, 0]);
    expect(logLoss.value).toBeCloseTo(Math.LN2, 12);
  });

  it('counts what each statistic is the mean of', () => {
    const few = { scores: [0.8, 0.4], labels: [1, 0], baseRate: 0.25, blockLength: 1, seed: 1 };
    const { rows, positiveShare, logLoss, brier, gain, auc } = scoreRows(few);
    const [first = NaN, second = NaN] = rowLosses(few.scores, few.labels);
    expect([rows, positiveShare, auc.value]).toEqual([2, 0.5, 1]);
    expect(logLoss.value).toBeCloseTo((first + second) / 2, 12);
    expect(brier.value).toBeCloseTo((0.04 + 0.16) / 2, 12);
    const [high = NaN, low = NaN] = rowLosses([0.25, 0.25], few.labels);
    expect(gain.value).toBeCloseTo((high + low - first - second) / 2, 12);
  });

  it('brackets each value, wider where rows depend on each other, the same for the same seed', () => {
    const once = scoreRows(predictions);
    for (const { value, low, high } of [once.auc, once.logLoss, once.brier, once.gain]) {
      expect(low).toBeLessThan(value ?? NaN);
      expect(high).toBeGreaterThan(value ?? NaN);
    }
    expect(scoreRows(predictions)).toEqual(once);
    const repeated = {
      ...predictions,
      scores: Float64Array.from({ length: 400 }, (_, i) => scores[Math.floor(i / 20)] as number),
      labels: Uint8Array.from({ length: 400 }, (_, i) => labels[Math.floor(i / 20)] as number),
    };
    const width = (blockLength: number): number => {
      const { low, high } = scoreRows({ ...repeated, blockLength }).logLoss;
      return (high ?? NaN) - (low ?? NaN);
    };
    expect(width(20)).toBeGreaterThan(2 * width(1));
  });
});

describe('rowLosses', () => {
  it('are finite for a certainty that was wrong', () => {
    expect([...rowLosses([0, 1], [1, 0])].every((loss) => loss > 27 && loss < 28)).toBe(true);
  });
});
