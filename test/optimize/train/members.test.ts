import { describe, expect, it } from 'vitest';
import { memberOptions, middlePoint } from '../../../src/optimize/pipeline/member-space.ts';
import { standardiserTables } from '../../../src/optimize/train/coarse/standardiser-tables.ts';
import { ThresholdGrid } from '../../../src/optimize/train/coarse/threshold-grid.ts';
import { fitMembers, type MemberStop, memberLogits } from '../../../src/optimize/train/members.ts';
import { drawnFeatures } from './drawn-rows.ts';

const options = memberOptions(middlePoint);
const train = drawnFeatures(1, 600, (a, b) => 2 * a + b);
const later = drawnFeatures(2, 200, (a, b) => 2 * a + b);
const counts: MemberStop = { kind: 'counts', epochs: 3, trees: 12 };
const byLoss = (rows = later): MemberStop => ({
  kind: 'validation',
  rows,
  epochsMax: 6,
  treesMax: 30,
  patience: 3,
});

describe('fitMembers', () => {
  it('learns its scaling from the training rows alone', () => {
    const far = { ...later, features: later.features.map((value) => 100 + 50 * value) };
    const one = fitMembers(train, byLoss(), options, 1).members.standardiser;
    const other = fitMembers(train, byLoss(far), options, 1).members.standardiser;
    expect(other).toEqual(one);
    const moved = { ...train, features: train.features.map((value) => value + 3) };
    const { mean } = fitMembers(moved, byLoss(), options, 1).members.standardiser;
    mean.forEach((value, j) => {
      expect(Math.abs(value - (one.mean[j] as number) - 3)).toBeLessThan(0.05);
    });
  });

  it('stops at the counts it is given', () => {
    const { members, epochs, trees } = fitMembers(train, counts, options, 1);
    expect([epochs, trees, members.trees.trees.length]).toEqual([3, 12, 12]);
  });

  it('says at which counts later rows stopped it, and those counts give the same members again', () => {
    const stopped = fitMembers(train, byLoss(), options, 1);
    const { epochs, trees } = stopped;
    expect(trees).toBe(stopped.members.trees.trees.length);
    expect(trees).toBeLessThanOrEqual(30);
    expect(epochs).toBeLessThanOrEqual(6);
    expect(fitMembers(train, { kind: 'counts', epochs, trees }, options, 1).members).toEqual(stopped.members);
  });

  it('puts every threshold of a tree on a whole 64th of a deviation', () => {
    const { standardiser, trees } = fitMembers(train, counts, options, 1).members;
    const grid = new ThresholdGrid(standardiserTables(standardiser), 6);
    let seen = 0;
    for (const { feature, threshold } of trees.trees) {
      threshold.forEach((value, split) => {
        expect(grid.holds(feature[split] as number, value)).toBe(true);
        seen += 1;
      });
    }
    expect(seen).toBeGreaterThan(12);
  });

  it('scales by floats of two bytes', () => {
    const { mean, inverseDeviation } = fitMembers(train, counts, options, 1).members.standardiser;
    const words = new Uint32Array(Float32Array.from([...mean, ...inverseDeviation]).buffer);
    expect([...words].map((word) => word & 0xffff)).toEqual([0, 0, 0, 0]);
  });

  it('gives the same members for the same seed', () => {
    expect(fitMembers(train, counts, options, 1)).toEqual(fitMembers(train, counts, options, 1));
    const other = fitMembers(train, counts, options, 2).members;
    expect(other.perceptron).not.toEqual(fitMembers(train, counts, options, 1).members.perceptron);
  });
});

describe('memberLogits', () => {
  it('says of a row the same whatever stands beside it', () => {
    const { members } = fitMembers(train, counts, options, 1);
    const all = memberLogits(members, later.features);
    const alone = memberLogits(members, later.features.slice(20, 22));
    expect([alone.logistic[0], alone.perceptron[0], alone.trees[0]]).toEqual([
      all.logistic[10],
      all.perceptron[10],
      all.trees[10],
    ]);
  });
});
