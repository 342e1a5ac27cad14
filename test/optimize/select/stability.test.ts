import { describe, expect, it } from 'vitest';
import { stability } from '../../../src/optimize/select/stability.ts';

const base = { rowCount: 1_000, candidates: [3, 5, 7], resamples: 20, shareMin: 0.6, seed: 1 };

describe('stability', () => {
  it('keeps what enough halves choose', () => {
    let call = 0;
    const findings = stability({
      ...base,
      choose: () => {
        call += 1;
        return [3, ...(call <= 12 ? [5] : []), ...(call <= 11 ? [7] : [])];
      },
    });
    expect(findings).toEqual([
      { feature: 3, share: 1, verdict: 'stable' },
      { feature: 5, share: 0.6, verdict: 'stable' },
      { feature: 7, share: 0.55, verdict: 'unstable' },
    ]);
  });

  it('gives halves in complementary pairs, made of stretches of neighbours, other ones for each pair', () => {
    const halves: Int32Array[] = [];
    stability({
      ...base,
      choose: (rows) => {
        halves.push(rows);
        return [];
      },
    });
    expect(halves).toHaveLength(20);
    for (let pair = 0; pair < 10; pair += 1) {
      const [first, second] = [halves[2 * pair] as Int32Array, halves[2 * pair + 1] as Int32Array];
      expect([...first, ...second].sort((x, y) => x - y)).toEqual([...Array(1_000).keys()]);
      expect(first).toHaveLength(500);
      expect(first.filter((row, i) => i > 0 && row !== (first[i - 1] as number) + 1).length).toBeLessThan(10);
    }
    expect(new Set(halves.map((half) => half.join())).size).toBeGreaterThan(15);
  });

  it('gives each half a seed of its own, the same in every run', () => {
    const seedsOf = (): number[] => {
      const seeds: number[] = [];
      stability({
        ...base,
        choose: (_, seed) => {
          seeds.push(seed);
          return [];
        },
      });
      return seeds;
    };
    expect(new Set(seedsOf()).size).toBe(20);
    expect(seedsOf()).toEqual(seedsOf());
  });
});
