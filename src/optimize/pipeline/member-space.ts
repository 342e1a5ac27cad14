import type { Point, Space } from '../search/space.ts';
import type { MemberOptions } from '../train/members.ts';

/** What the search of a head chooses among. */
export const memberSpace = {
  ridge: { kind: 'float', low: 1, high: 10_000, scale: 'log' },
  hidden: { kind: 'categorical', choices: [32, 64] },
  perceptronRate: { kind: 'float', low: 0.0005, high: 0.01, scale: 'log' },
  weightDecay: { kind: 'float', low: 0.01, high: 3, scale: 'log' },
  treeRate: { kind: 'float', low: 0.02, high: 0.2, scale: 'log' },
  leavesMax: { kind: 'int', low: 3, high: 8, scale: 'linear' },
  rowsInLeafMin: { kind: 'int', low: 20, high: 200, scale: 'log' },
  treeRidge: { kind: 'float', low: 0.1, high: 100, scale: 'log' },
  featureFraction: { kind: 'float', low: 0.3, high: 1, scale: 'linear' },
  treeRows: { kind: 'categorical', choices: ['all', 'drawn'] },
  rowFraction: {
    kind: 'float',
    low: 0.5,
    high: 0.95,
    scale: 'linear',
    when: { parameter: 'treeRows', oneOf: ['drawn'] },
  },
} as const satisfies Space;

/** Where nothing is searched. */
export const middlePoint: Point = {
  ridge: 100,
  hidden: 32,
  perceptronRate: 0.003,
  weightDecay: 0.1,
  treeRate: 0.06,
  leavesMax: 5,
  rowsInLeafMin: 60,
  treeRidge: 5,
  featureFraction: 0.6,
  treeRows: 'all',
};

/** A point of {@link memberSpace} as the trainers take it. */
export function memberOptions(point: Point): MemberOptions {
  const number = (name: keyof typeof memberSpace): number => {
    const value = point[name];
    if (typeof value !== 'number') throw new RangeError(`the point lacks ${name}`);
    return value;
  };
  return {
    ridge: number('ridge'),
    perceptron: {
      hidden: number('hidden'),
      learningRate: number('perceptronRate'),
      weightDecay: number('weightDecay'),
      batchSize: 64,
    },
    trees: {
      leavesMax: number('leavesMax'),
      depthMax: DEPTH_MAX,
      binsMax: BINS_MAX,
      learningRate: number('treeRate'),
      l1: 0,
      l2: number('treeRidge'),
      rowsInLeafMin: number('rowsInLeafMin'),
      hessianInLeafMin: 1,
      gainMin: 0,
      featureFraction: number('featureFraction'),
      rowFraction: point['treeRows'] === 'drawn' ? number('rowFraction') : 1,
      rowsInBlock: ROWS_IN_BLOCK,
      monotone: [],
    },
  };
}

/** Leaf-wise growth goes deep where it may; the kernel's tables want a bound. */
const DEPTH_MAX = 6;

/** Of a feature's values. Fewer distinct thresholds make smaller tables, and a few thousand rows tell no more apart. */
const BINS_MAX = 15;

/** Neighbouring days are alike; drawing them one by one would draw nearly all of them. */
const ROWS_IN_BLOCK = 21;
