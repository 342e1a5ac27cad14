import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { chooseCompression, compressionBounds } from '../../../src/optimize/compress/choose-compression.ts';
import { decisionFlips } from '../../../src/optimize/compress/decision-flips.ts';
import { type FrontierStep, frontier } from '../../../src/optimize/compress/frontier.ts';

const thresholds = { buyAtLeast: 0.6, sellAtMost: 0.4 };

describe('decisionFlips', () => {
  it('counts rows whose action differs against rows where either acts', () => {
    const flips = decisionFlips([0.6, 0.5, 0.3, 0.7, 0.5], [0.59, 0.5, 0.3, 0.2, 0.4], thresholds);
    expect(flips).toEqual({
      rowCount: 5,
      eitherActs: 4,
      flips: 3,
      opposites: 1,
      flipShare: 0.75,
      actingShares: [0.6, 0.6],
    });
  });

  it('has no flips where neither acts, and refuses lists of different lengths', () => {
    expect(decisionFlips([0.5], [0.55], thresholds).flipShare).toBe(0);
    expect(() => decisionFlips([0.5], [], thresholds)).toThrow(RangeError);
  });
});

describe('frontier', () => {
  const SEED = 9;
  const random = new SeededRandom(SEED);
  const labels = Uint8Array.from({ length: 600 }, () => random.below(2));
  const scores = Float64Array.from(labels, (label) => 0.35 + 0.3 * label + 0.1 * random.normal());
  const worse = scores.map((score) => score + 0.2 * random.normal());
  const form = (name: string, held: Float64Array, sizeBytes: number) => ({
    name,
    file: Uint8Array.from({ length: sizeBytes }, () => random.below(256)),
    heldOutScores: held,
    smoothedScores: held,
    rowUs: undefined,
  });
  const steps = frontier({
    reference: form('f32', scores, 4_000),
    candidates: [form('same', scores, 1_000), form('worse', worse, 500)],
    labels,
    thresholds,
    blockLength: 1,
    seed: SEED,
  });

  it('compares each form with the f32 model on the same rows', () => {
    const [f32, same, worst] = steps as [FrontierStep, FrontierStep, FrontierStep];
    expect(f32.saving).toBe(0);
    expect(same.saving).toBeGreaterThan(0.7);
    expect([same.aucLoss, same.flips.flips, same.logLossDifference.mean]).toEqual([0, 0, 0]);
    expect(worst.aucLoss).toBeGreaterThan(0.05);
    expect(worst.logLossDifference.mean).toBeCloseTo(worst.logLoss - f32.logLoss, 12);
    expect(worst.logLossDifference.interval.low).toBeGreaterThan(0);
    expect(worst.logLossDifference.interval.low).toBeLessThan(worst.logLossDifference.mean);
    expect(worst.logLossDifference.interval.high).toBeGreaterThan(worst.logLossDifference.mean);
  });
});

describe('chooseCompression', () => {
  const step = (name: string, gzipBytes: number, changes: Partial<FrontierStep['flips']>, aucLoss = 0) =>
    ({
      name,
      gzipBytes,
      aucLoss,
      flips: {
        rowCount: 100_000,
        eitherActs: 50_000,
        flips: 0,
        opposites: 0,
        flipShare: 0,
        actingShares: [0.5, 0.5],
        ...changes,
      },
    }) as unknown as FrontierStep;
  const names = (steps: readonly FrontierStep[]) => chooseCompression(steps, compressionBounds).chosen?.name;

  it('takes the smallest that keeps the bounds', () => {
    expect(names([step('f32', 9, {}), step('small', 3, {}), step('middle', 5, {})])).toBe('small');
  });

  it.each([
    ['flips', step('bad', 1, { flipShare: 0.0051 })],
    ['one opposite', step('bad', 1, { opposites: 1 })],
    ['a lower AUC', step('bad', 1, {}, 0.0021)],
    ['an AUC that is not a number', step('bad', 1, {}, NaN)],
    ['too few acting', step('bad', 1, { actingShares: [0.5, 0.09] })],
    ['too few rows', step('bad', 1, { rowCount: 99_999 })],
  ])('refuses a step for %s, and says so', (_, bad) => {
    const choice = chooseCompression([step('f32', 9, {}), bad], compressionBounds);
    expect(choice.chosen?.name).toBe('f32');
    expect(choice.refusals.map(({ reasons }) => reasons.length)).toEqual([0, 1]);
  });

  it('takes a step that is exactly at the bounds', () => {
    const edge = step('edge', 1, { flipShare: 0.005, actingShares: [0.1, 0.1] }, 0.002);
    expect(names([step('f32', 9, {}), edge])).toBe('edge');
  });

  it('takes none where none keeps them', () => {
    expect(names([step('bad', 1, { opposites: 1 })])).toBeUndefined();
  });
});
