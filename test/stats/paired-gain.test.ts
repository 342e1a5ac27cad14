import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { DEPENDENT_GROUPS, groupsOfSpan, pairedGain, pairedInterval } from '../../src/stats/paired-gain.ts';

interface World {
  readonly name: string;
  /** AR(1) coefficient. */
  readonly memory: number;
  /** Deviation in loud times over that in calm ones; times change every 150 rows on average. */
  readonly loudness: number;
  readonly shock: (random: SeededRandom) => number;
}

const normal = (random: SeededRandom): number => random.normal();
const WORLDS: readonly World[] = [
  { name: 'independent', memory: 0, loudness: 1, shock: normal },
  { name: 'dependent', memory: 0.5, loudness: 1, shock: normal },
  { name: 'loud and calm years', memory: 0.3, loudness: 4, shock: normal },
  { name: 'dependent, loud and calm', memory: 0.8, loudness: 4, shock: normal },
  {
    name: 'skewed as squares are',
    memory: 0.3,
    loudness: 1,
    shock: (random) => random.normal() * random.normal() - 0.4 * (square(random.normal()) - 1),
  },
];

const square = (x: number): number => x * x;

function differences(world: World, random: SeededRandom, count: number): Float64Array {
  const values = new Float64Array(count);
  let level = random.normal();
  let isLoud = random.uniform() < 0.5;
  for (let i = 0; i < count; i += 1) {
    if (random.uniform() < 1 / 150) isLoud = !isLoud;
    level = world.memory * level + world.shock(random);
    values[i] = level * (isLoud ? world.loudness : 1);
  }
  return values;
}

describe('pairedGain', () => {
  it.each(WORLDS)('finds gains where there are none no more often than its level says: $name', (world) => {
    const seed = 20_260;
    const random = new SeededRandom(seed);
    const runs = 3_000;
    const levels = [0.005, 0.01, 0.025];
    const found = levels.map(() => 0);
    for (let run = 0; run < runs; run += 1) {
      const { pValue } = pairedGain(differences(world, random, 1_000), 0.01, DEPENDENT_GROUPS);
      levels.forEach((level, i) => {
        if (pValue < level) found[i] = (found[i] ?? 0) + 1;
      });
    }
    levels.forEach((level, i) => {
      // A fifth above the level for what dependence remains between groups, and three deviations of the count.
      const most = 1.2 * level * runs + 3 * Math.sqrt(level * runs);
      expect(found[i], `seed ${seed}, level ${level}`).toBeLessThanOrEqual(most);
    });
  });

  it('finds a gain of a fifth of a deviation in 1,000 rows nearly always', () => {
    const random = new SeededRandom(7);
    const world = WORLDS[0] as World;
    const runs = 300;
    let shown = 0;
    for (let run = 0; run < runs; run += 1) {
      const series = differences(world, random, 1_000).map((value) => value + 0.2);
      if (pairedGain(series, 0.01, DEPENDENT_GROUPS).low > 0) shown += 1;
    }
    expect(shown / runs).toBeGreaterThan(0.98);
  });

  it('has a bound above 0 exactly where the p-value lies below the level, and moves with the mean', () => {
    const random = new SeededRandom(3);
    for (let run = 0; run < 200; run += 1) {
      const series = differences(WORLDS[1] as World, random, 260).map((value) => value + 0.15);
      const { mean, low, pValue } = pairedGain(series, 0.02, DEPENDENT_GROUPS);
      expect(low > 0).toBe(pValue < 0.02);
      const moved = pairedGain(
        series.map((value) => value - mean),
        0.02,
        DEPENDENT_GROUPS,
      );
      expect(moved.low).toBeCloseTo(low - mean, 10);
    }
  });

  it('takes a constant series as what it is', () => {
    const constant = (value: number): Float64Array => new Float64Array(200).fill(value);
    expect(pairedGain(constant(0), 0.01, DEPENDENT_GROUPS)).toEqual({ mean: 0, low: 0, pValue: 0.5 });
    expect(pairedGain(constant(2), 0.01, DEPENDENT_GROUPS)).toEqual({ mean: 2, low: 2, pValue: 0 });
    expect(pairedGain(constant(-2), 0.01, DEPENDENT_GROUPS).pValue).toBe(1);
  });

  it('refuses too short a series, a level it does not hold, and what is not finite', () => {
    const series = new Float64Array(200).map((_, i) => i % 7);
    expect(() => pairedGain(series.subarray(0, 129), 0.01, DEPENDENT_GROUPS)).toThrow('too few');
    expect(() => pairedGain(series, 0.2, DEPENDENT_GROUPS)).toThrow('level');
    expect(() => pairedGain(series.with(5, NaN), 0.01, DEPENDENT_GROUPS)).toThrow('not finite');
  });
});

describe('groupsOfSpan', () => {
  it('is odd, between the groups of the unknown and ninety-nine, with ten rows and five spans in each', () => {
    for (let rows = 130; rows < 6_000; rows += 37) {
      for (const spanRows of [2, 3, 6, 21]) {
        const groups = groupsOfSpan(rows, spanRows);
        expect(groups % 2).toBe(1);
        expect(groups).toBeGreaterThanOrEqual(DEPENDENT_GROUPS);
        expect(groups).toBeLessThanOrEqual(99);
        expect(groups * Math.max(10, 5 * spanRows)).toBeLessThanOrEqual(
          Math.max(rows, DEPENDENT_GROUPS * Math.max(10, 5 * spanRows)),
        );
      }
    }
  });
});

describe('pairedInterval', () => {
  it('has the bound of the gain below the mean and that of the loss above it', () => {
    const series = differences(WORLDS[0] as World, new SeededRandom(11), 260);
    const { mean, low, high } = pairedInterval(series);
    expect(low).toBe(pairedGain(series, 0.025, DEPENDENT_GROUPS).low);
    expect(mean - low).toBeGreaterThan(0);
    expect(high - mean).toBeCloseTo(mean - low, 10);
  });
});
