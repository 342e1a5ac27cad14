import { describe, expect, it } from 'vitest';
import { dailyV1 } from '../../../src/features/daily-v1.ts';
import { featureVector } from '../../../src/features/vector.ts';
import { demoBars } from '../../../src/local/demo-series.ts';
import { buildExamples, type Examples } from '../../../src/optimize/data/examples.ts';

const bars = demoBars({ seed: 4, endMs: Date.UTC(2020, 0, 1), count: 200 });
const horizonBars = 5;
const examples = buildExamples(bars, dailyV1, horizonBars);

const rowsOf = ({ features, featureCount }: Examples, start: number, end: number): Float32Array =>
  features.slice(start * featureCount, end * featureCount);

describe('buildExamples', () => {
  it('does not see the future: other prices after a bar leave its features and all before it as they were', () => {
    const known = 150;
    const changed = bars.map((bar, i) => (i <= known ? bar : { ...bar, close: bar.low, volume: 1 }));
    const upTo = known - (dailyV1.windowBars - 1) + 1;
    const after = buildExamples(changed, dailyV1, horizonBars);
    expect(rowsOf(after, 0, upTo)).toEqual(rowsOf(examples, 0, upTo));
    expect(after.atMs[upTo - 1]).toBe(bars[known]?.tMs);
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
    expect(rowsOf(examples, 10, 11)).toEqual(served);
  });

  it('is empty for too few bars', () => {
    expect(buildExamples(bars.slice(0, dailyV1.windowBars), dailyV1, horizonBars).count).toBe(0);
  });
});
