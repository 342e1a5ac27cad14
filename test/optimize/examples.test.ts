import { describe, expect, it } from 'vitest';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { featureVector } from '../../src/features/vector.ts';
import { demoBars } from '../../src/local/demo-series.ts';
import { buildExamples, sliceExamples } from '../../src/optimize/data/examples.ts';
import { labelSplit } from '../../src/optimize/data/labels.ts';
import { splitByTime } from '../../src/optimize/validation/split.ts';

const bars = demoBars({ seed: 4, endMs: Date.UTC(2020, 0, 1), count: 200 });
const horizonBars = 5;
const examples = buildExamples(bars, dailyV1, horizonBars);

describe('buildExamples', () => {
  it('does not see the future: other prices after a bar leave its features and all before it as they were', () => {
    const known = 150;
    const changed = bars.map((bar, i) => (i <= known ? bar : { ...bar, close: bar.low, volume: 1 }));
    const upTo = known - (dailyV1.windowBars - 1) + 1;
    const before = sliceExamples(examples, 0, upTo);
    const after = sliceExamples(buildExamples(changed, dailyV1, horizonBars), 0, upTo);
    expect(after.features).toEqual(before.features);
    expect(after.atMs.at(-1)).toBe(bars[known]?.tMs);
  });

  it('predicts only what comes after the fill at the next open', () => {
    const at = bars.findIndex((bar) => bar.tMs === examples.atMs[10]);
    const open = (i: number): number => bars[i]?.open ?? NaN;
    expect(examples.horizonReturns[10]).toBe(open(at + 6) / open(at + 1) - 1);
    expect(examples.nextReturns[10]).toBe(open(at + 2) / open(at + 1) - 1);
  });

  it('gives the numbers a request with the same bars would be scored on', () => {
    const at = bars.findIndex((bar) => bar.tMs === examples.atMs[10]);
    const served = Float32Array.from(featureVector(dailyV1, bars.slice(0, at + 1)).values);
    expect(sliceExamples(examples, 10, 11).features).toEqual(served);
  });

  it('is empty for too few bars', () => {
    expect(buildExamples(bars.slice(0, dailyV1.windowBars), dailyV1, horizonBars).count).toBe(0);
  });
});

describe('splitByTime', () => {
  const split = splitByTime(examples, { train: 0.5, validation: 0.3 }, horizonBars + 1);

  it('leaves between two parts what the labels of the first look at', () => {
    const lookAheadMs = (horizonBars + 1) * 86_400_000;
    const ends = (part: { readonly atMs: Float64Array }): number => (part.atMs.at(-1) ?? NaN) + lookAheadMs;
    expect(ends(split.train)).toBeLessThan(split.validation.atMs[0] ?? NaN);
    expect(ends(split.validation)).toBeLessThan(split.test.atMs[0] ?? NaN);
  });

  it('throws when there is nothing left to test on', () => {
    expect(() => splitByTime(sliceExamples(examples, 0, 8), { train: 0.5, validation: 0.3 }, 6)).toThrow(
      'too few',
    );
  });

  it('takes the hurdle of the labels from training alone, where it halves them', () => {
    const labels = labelSplit(split);
    const louder = {
      ...split,
      test: { ...split.test, horizonReturns: split.test.horizonReturns.map(() => 9) },
    };
    const positives = labels.train.reduce((sum, label) => sum + label, 0);
    expect(Math.abs(positives - split.train.count / 2)).toBeLessThanOrEqual(1);
    expect(labelSplit(louder).hurdle).toBe(labels.hurdle);
  });
});
