import { describe, expect, it } from 'vitest';
import { seriesOf } from '../../../load/bench/series.ts';

const speed = { name: 'answers/s', better: 'higher', isCompared: true } as const;
const memory = { name: 'MiB', better: 'lower', isCompared: false } as const;

describe('seriesOf', () => {
  const fast = { subject: 'fast', baseline: null, samples: [{ 'answers/s': 100 }, { 'answers/s': 200 }] };
  const slow = { subject: 'slow', baseline: 'fast', samples: [{ 'answers/s': 50 }, { 'answers/s': 20 }] };

  it('takes the ratio to the baseline within each round, not of the medians', () => {
    const ratio = seriesOf([slow, fast], [speed])[0]?.ratio;
    expect(ratio).toEqual({ baseline: 'fast', perRound: [0.5, 0.1], median: 0.3, min: 0.1, max: 0.5 });
  });

  it('keeps the raw samples in the order of the rounds', () => {
    expect(seriesOf([slow], [speed])[0]?.samples).toEqual([50, 20]);
  });

  it('has the middle value of an odd number of rounds and the mean of the middle two of an even one', () => {
    const medianOf = (...values: number[]) =>
      seriesOf([{ ...fast, samples: values.map((value) => ({ 'answers/s': value })) }], [speed])[0];
    expect(medianOf(3, 1, 2)).toMatchObject({ median: 2, min: 1, max: 3 });
    expect(medianOf(4, 1, 10, 2)).toMatchObject({ median: 3, min: 1, max: 10 });
  });

  it('has no ratio for a yardstick, nor for a metric that is not compared', () => {
    const sized = [fast, slow].map((one) => ({ ...one, samples: [{ MiB: 1 }, { MiB: 2 }] }));
    expect(seriesOf([fast], [speed])[0]?.ratio).toBeNull();
    expect(seriesOf(sized, [memory]).map(({ ratio }) => ratio)).toEqual([null, null]);
  });

  it('leaves out a metric that does not apply to a subject', () => {
    expect(seriesOf([fast], [speed, memory]).map(({ metric }) => metric)).toEqual(['answers/s']);
  });
});
