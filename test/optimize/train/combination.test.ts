import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { sigmoid } from '../../../src/core/sigmoid.ts';
import { combine, fitCombination } from '../../../src/optimize/train/combination.ts';
import { type MemberLogits, memberNames } from '../../../src/optimize/train/members.ts';

const THIRD = 1 / 3;

/** Independent log-odds of three members. */
function drawnLogits(seed: number, count: number, spread: number): MemberLogits {
  const random = new SeededRandom(seed);
  const column = (): Float64Array => Float64Array.from({ length: count }, () => spread * random.normal());
  return { logistic: column(), perceptron: column(), trees: column() };
}

/** Labels drawn at the probabilities of known shares. */
function drawnLabels(seed: number, logits: MemberLogits, shares: readonly number[], offset = 0): Uint8Array {
  const random = new SeededRandom(seed);
  return Uint8Array.from(combine(logits, { shares, offset }), (chance) =>
    random.uniform() < chance ? 1 : 0,
  );
}

const ones = (count: number): Float64Array => new Float64Array(count).fill(1);
const logits = drawnLogits(1, 20_000, 1.5);

describe('fitCombination', () => {
  it('finds the shares that made the labels, in the order of the members', () => {
    expect(memberNames).toEqual(['logistic', 'perceptron', 'trees']);
    const labels = drawnLabels(2, logits, [0.2, 0.5, 0.9]);
    const { shares, offset } = fitCombination(logits, labels, ones(20_000));
    [0.2, 0.5, 0.9].forEach((share, m) => {
      expect(Math.abs((shares[m] ?? NaN) - share)).toBeLessThan(0.05);
    });
    expect(Math.abs(offset)).toBeLessThan(0.05);
  });

  it('gives each member its share whatever the others are called', () => {
    const labels = drawnLabels(2, logits, [0.2, 0.5, 0.9]);
    const turned = { logistic: logits.trees, perceptron: logits.perceptron, trees: logits.logistic };
    const straight = fitCombination(logits, labels, ones(20_000)).shares;
    fitCombination(turned, labels, ones(20_000)).shares.forEach((share, m) => {
      expect(share).toBeCloseTo(straight[2 - m] ?? NaN, 8);
    });
  });

  it('gives a member that says the contrary of what happens nothing, and no less', () => {
    const labels = drawnLabels(3, logits, [1, -1, 0]);
    const { shares } = fitCombination(logits, labels, ones(20_000));
    expect(shares[0]).toBeGreaterThan(0.5);
    expect(shares[1]).toBe(0);
    expect(shares[2]).toBeGreaterThanOrEqual(0);
  });

  it('keeps the plain mean where there is nothing to learn from', () => {
    const none = drawnLogits(1, 0, 1);
    expect(fitCombination(none, [], [])).toEqual({ shares: [THIRD, THIRD, THIRD], offset: 0 });
    const silent = drawnLogits(1, 500, 0);
    const { shares } = fitCombination(
      silent,
      Uint8Array.from({ length: 500 }, (_, i) => i % 2),
      ones(500),
    );
    for (const share of shares) expect(share).toBeCloseTo(THIRD, 12);
  });

  it('does not turn weak members off for a few contrary labels', () => {
    const weak = drawnLogits(4, 300, 0.05);
    const labels = drawnLabels(5, weak, [-2, -2, -2]);
    for (const share of fitCombination(weak, labels, ones(300)).shares) expect(share).toBeGreaterThan(0.2);
  });

  it('moves the level but little where the later years went another way', () => {
    const labels = drawnLabels(6, logits, [THIRD, THIRD, THIRD], 0.4);
    const few = 500;
    const head = (column: Float64Array): Float64Array => column.subarray(0, few);
    const early = {
      logistic: head(logits.logistic),
      perceptron: head(logits.perceptron),
      trees: head(logits.trees),
    };
    const { offset } = fitCombination(early, labels.subarray(0, few), ones(few));
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThan(0.1);
  });

  it('takes a row of weight 2 as the row twice', () => {
    const some = drawnLogits(7, 100, 1);
    const labels = drawnLabels(8, some, [0.5, 0.5, 0.5]);
    const places = Array.from(labels, (_, i) => (i % 2 === 0 ? [i, i] : [i])).flat();
    const picked = (column: Float64Array) => Float64Array.from(places, (i) => column[i] as number);
    const twice = {
      logistic: picked(some.logistic),
      perceptron: picked(some.perceptron),
      trees: picked(some.trees),
    };
    const weights = Float64Array.from(labels, (_, i) => (i % 2 === 0 ? 2 : 1));
    const weighted = fitCombination(some, labels, weights);
    const repeated = fitCombination(
      twice,
      places.map((i) => labels[i] as number),
      ones(places.length),
    );
    weighted.shares.forEach((share, m) => {
      expect(share).toBeCloseTo(repeated.shares[m] ?? NaN, 8);
    });
    expect(weighted.offset).toBeCloseTo(repeated.offset, 8);
  });
});

describe('combine', () => {
  it('is the sigmoid of the shared log-odds and the offset', () => {
    const one = { logistic: Float64Array.of(1), perceptron: Float64Array.of(2), trees: Float64Array.of(-3) };
    const [score = NaN] = combine(one, { shares: [0.5, 0.25, 0.1], offset: 0.2 });
    expect(score).toBeCloseTo(sigmoid(0.5 + 0.5 - 0.3 + 0.2), 12);
  });
});
