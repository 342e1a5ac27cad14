import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import type { Bar } from '../../../src/features/bar.ts';
import { dailyV1 } from '../../../src/features/daily-v1.ts';
import { demoBars } from '../../../src/local/demo-series.ts';
import { buildExamples } from '../../../src/optimize/data/examples.ts';
import { labelExamples } from '../../../src/optimize/data/label-examples.ts';
import { parseTarget, type Target } from '../../../src/optimize/data/target.ts';
import { targetOutcomes } from '../../../src/optimize/data/target-outcomes.ts';
import { uniquenessWeights } from '../../../src/optimize/data/uniqueness.ts';
import { ewmaVolatility } from '../../../src/stats/ewma-volatility.ts';

const bars = demoBars({ seed: 4, endMs: Date.UTC(2020, 0, 1), count: 600 });
const targetOf = (text: string): Target => {
  const target = parseTarget(text);
  if (!target.ok) throw new Error(target.error);
  return target.value;
};
const indices = (start: number, end: number): Int32Array =>
  Int32Array.from({ length: end - start }, (_, i) => start + i);
const sumOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0);

describe('parseTarget', () => {
  it('reads the three kinds', () => {
    expect(targetOf('forward-return:5')).toEqual({ kind: 'forward-return', horizonBars: 5 });
    expect(targetOf('triple-barrier:10:2:1.5')).toEqual({
      kind: 'triple-barrier',
      horizonBars: 10,
      takeAt: 2,
      stopAt: 1.5,
    });
    expect(targetOf('large-move:5:0.8')).toEqual({ kind: 'large-move', horizonBars: 5, quantile: 0.8 });
  });

  it.each([
    '',
    'forward-return',
    'forward-return:0',
    'forward-return:1.5',
    'forward-return:5:1',
    'forward-return:1e1',
    'triple-barrier:10:2',
    'triple-barrier:10:2:0',
    'large-move:5',
    'large-move:5:1',
    'large-move:5:80',
    'up:5',
    'forward-return:251',
  ])('refuses %j and says what there is', (text) => {
    expect(parseTarget(text)).toEqual({
      ok: false,
      error: expect.stringContaining('large-move:BARS:QUANTILE'),
    });
  });
});

describe('forward-return', () => {
  const examples = buildExamples(bars, dailyV1, 5);
  const target = targetOf('forward-return:5');
  const outcomes = targetOutcomes(bars, examples, target);

  it('halves the training examples by their median', () => {
    const fitOn = indices(0, 300);
    const { hurdle, labels } = labelExamples(outcomes, target, fitOn);
    expect(Math.abs(sumOf(labels.slice(0, 300)) - 150)).toBeLessThanOrEqual(1);
    outcomes.values.forEach((value, i) => {
      expect(labels[i]).toBe(value > hurdle ? 1 : 0);
    });
  });

  it('knows the span of each label: the fill to the exit', () => {
    examples.barIndex.forEach((bar, i) => {
      expect([outcomes.spans.start[i], outcomes.spans.end[i]]).toEqual([bar + 1, bar + 6]);
    });
  });

  it('sets its hurdle by the training examples alone', () => {
    const fitOn = indices(0, 200);
    const louder = { ...outcomes, values: outcomes.values.map((value, i) => (i < 200 ? value : 9)) };
    expect(labelExamples(louder, target, fitOn).hurdle).toBe(labelExamples(outcomes, target, fitOn).hurdle);
    expect(() => labelExamples(outcomes, target, indices(0, 0))).toThrow(RangeError);
  });
});

describe('large-move', () => {
  it('labels the fifth of training that moved most, either way', () => {
    const target = targetOf('large-move:3:0.8');
    const examples = buildExamples(bars, dailyV1, 3);
    const fitOn = indices(0, 300);
    const { hurdle, labels } = labelExamples(targetOutcomes(bars, examples, target), target, fitOn);
    expect(sumOf(labels.slice(0, 300))).toBe(60);
    examples.horizonReturns.forEach((value, i) => {
      expect(labels[i]).toBe(Math.abs(value) > hurdle ? 1 : 0);
    });
  });
});

describe('triple-barrier', () => {
  const target = targetOf('triple-barrier:10:2:1');
  const examples = buildExamples(bars, dailyV1, 10);
  const { values, spans } = targetOutcomes(bars, examples, target);
  const { labels, hurdle } = labelExamples({ values, spans }, target, indices(0, 100));
  const volatility = ewmaVolatility(
    bars.map(({ close }) => close),
    0.94,
  );

  it('ends at the first close beyond a barrier, or at the open after the horizon', () => {
    const seen = { take: 0, stop: 0, vertical: 0 };
    examples.barIndex.forEach((decision, i) => {
      const fill = (bars[decision + 1] as Bar).open;
      const width = volatility[decision] as number;
      const growths = bars.slice(decision + 1, decision + 11).map(({ close }) => close / fill - 1);
      const touch = growths.findIndex((growth) => growth >= 2 * width || growth <= -width);
      if (touch < 0) {
        seen.vertical += 1;
        expect([spans.end[i], values[i]]).toEqual([
          decision + 11,
          (bars[decision + 11] as Bar).open / fill - 1,
        ]);
      } else {
        seen[(growths[touch] as number) > 0 ? 'take' : 'stop'] += 1;
        expect([spans.end[i], values[i]]).toEqual([decision + 1 + touch, growths[touch]]);
      }
      expect(labels[i]).toBe((values[i] as number) > 0 ? 1 : 0);
    });
    expect(hurdle).toBe(0);
    expect(Math.min(seen.take, seen.stop, seen.vertical)).toBeGreaterThan(5);
  });

  it('looks at nothing after the end of its span, nor for its barriers at anything after the decision', () => {
    const random = new SeededRandom(5);
    for (let draw = 0; draw < 20; draw += 1) {
      const i = random.below(examples.count);
      const end = spans.end[i] as number;
      const other = bars.map((bar, at) => (at <= end ? bar : { ...bar, open: 1, close: 1 }));
      expect(targetOutcomes(other, examples, target).values[i], `example ${i}`).toBe(values[i]);
    }
  });

  it('throws where the horizon ends after the last bar', () => {
    expect(() => targetOutcomes(bars, buildExamples(bars, dailyV1, 9), target)).toThrow('after the last bar');
  });
});

describe('uniquenessWeights', () => {
  it('counts labels on the same bars as one', () => {
    const spans = { start: Int32Array.of(0, 0, 0, 0, 5), end: Int32Array.of(3, 3, 3, 3, 8) };
    const weights = uniquenessWeights(spans, indices(0, 5));
    expect(Array.from(weights, (weight) => weight / (weights[4] as number))).toEqual([
      0.25, 0.25, 0.25, 0.25, 1,
    ]);
    expect(sumOf(weights)).toBeCloseTo(5, 12);
  });

  it('averages over a span that is shared in part', () => {
    const spans = { start: Int32Array.of(0, 2), end: Int32Array.of(3, 3) };
    const [first = 0, second = 0] = uniquenessWeights(spans, indices(0, 2));
    expect(first / second).toBeCloseTo(0.75 / 0.5, 12);
  });

  it('knows nothing of labels outside the indices', () => {
    const spans = { start: Int32Array.of(0, 4, 4), end: Int32Array.of(3, 7, 7) };
    expect(Array.from(uniquenessWeights(spans, Int32Array.of(0, 1)))).toEqual([1, 1]);
  });
});
