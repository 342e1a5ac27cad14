import { describe, expect, it } from 'vitest';
import { dailyV1 } from '../../../src/features/daily-v1.ts';
import { buildExamples } from '../../../src/optimize/data/examples.ts';
import { labelExamples } from '../../../src/optimize/data/label-examples.ts';
import { targetOutcomes } from '../../../src/optimize/data/target-outcomes.ts';
import {
  ewmaBaselineProbabilities,
  fitEwmaBaseline,
  logVolatilities,
} from '../../../src/optimize/measure/ewma-baseline.ts';
import { logLoss } from '../../../src/optimize/train/log-loss.ts';
import { areaUnderCurve } from '../../../src/stats/area-under-curve.ts';
import { sp500Bars } from '../../sp500.ts';

const target = { kind: 'large-move', horizonBars: 5, quantile: 0.8 } as const;
const examples = buildExamples(sp500Bars, dailyV1, 5);
const all = examples.barIndex.map((_, i) => i);
const fitOn = all.slice(0, 4_000);
const later = all.slice(4_010);
const { labels } = labelExamples(targetOutcomes(sp500Bars, examples, target), target, fitOn);
const logVolatility = logVolatilities(sp500Bars, examples.barIndex);
const baseline = fitEwmaBaseline({ logVolatility, labels, fitOn });
const labelsAt = (indices: Int32Array): Uint8Array => Uint8Array.from(indices, (i) => labels[i] as number);

describe('the EWMA baseline', () => {
  it('is calibrated on what it was fitted on: the mean chance is the share of large moves', () => {
    const chances = ewmaBaselineProbabilities(baseline, logVolatility, fitOn);
    const mean = chances.reduce((sum, chance) => sum + chance, 0) / chances.length;
    expect(mean).toBeCloseTo(labelsAt(fitOn).reduce((sum, label) => sum + label, 0) / fitOn.length, 6);
  });

  it('foretells large moves of the S&P 500 out of sample, better than their usual share', () => {
    const chances = ewmaBaselineProbabilities(baseline, logVolatility, later);
    expect(baseline.weight).toBeGreaterThan(0);
    expect(areaUnderCurve(chances, labelsAt(later))).toBeGreaterThan(0.7);
    const share = new Float64Array(later.length).fill(0.2);
    expect(logLoss(chances, labelsAt(later))).toBeLessThan(logLoss(share, labelsAt(later)));
  });

  it('learns from the training examples alone', () => {
    const other = labels.map((label, i) => (i < 4_000 ? label : 1 - label));
    expect(fitEwmaBaseline({ logVolatility, labels: other, fitOn })).toEqual(baseline);
  });

  it('refuses labels of one class and a volatility that does not vary', () => {
    const ones = labels.map(() => 1);
    expect(() => fitEwmaBaseline({ logVolatility, labels: ones, fitOn })).toThrow('one class');
    expect(() => fitEwmaBaseline({ logVolatility: logVolatility.map(() => -5), labels, fitOn })).toThrow(
      'vary',
    );
  });
});
