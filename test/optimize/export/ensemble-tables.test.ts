import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { evaluateTables } from '../../../src/optimize/compress/evaluate-tables.ts';
import { ensembleTables } from '../../../src/optimize/export/ensemble-tables.ts';
import { memberOptions, middlePoint } from '../../../src/optimize/pipeline/member-space.ts';
import { type Ensemble, ensembleScores, type Head } from '../../../src/optimize/train/ensemble.ts';
import { fitMembers } from '../../../src/optimize/train/members.ts';
import { drawnFeatures } from '../train/drawn-rows.ts';

const random = new SeededRandom(2);
const head = (
  name: Head['name'],
  columns: readonly number[],
  shares: readonly number[],
  seed: number,
): Head => ({
  name,
  columns,
  members: fitMembers(
    drawnFeatures(seed, 500, (a, b) => a - b),
    { kind: 'counts', epochs: 3, trees: 20 },
    memberOptions(middlePoint),
    seed,
  ).members,
  combination: { shares, offset: 0.1 },
});
const direction = head('direction', [0, 2], [0.5, 0.3, 0.4], 1);
const risk = head('risk', [1, 3], [0.7, 0, 0.2], 2);
const ensemble: Ensemble = { width: 4, heads: [direction, risk] };
const rows = Float32Array.from({ length: 4 * 5_000 }, () => 2 * random.normal());

describe('ensembleTables', () => {
  it('say in f32 what the parameters say in f64, to 10⁻⁶, of both heads on their own columns', () => {
    const exact = ensembleScores(ensemble, rows);
    const served = evaluateTables(ensembleTables(ensemble), rows);
    expect(served).toHaveLength(10_000);
    let most = 0;
    served.forEach((score, i) => {
      most = Math.max(most, Math.abs(score - (exact[i] as number)));
    });
    expect(most).toBeLessThan(1e-6);
  });

  it('leave out a member without a share', () => {
    const [first, second] = ensembleTables(ensemble).heads;
    expect(first?.members.map(({ kind }) => kind)).toEqual(['dense', 'dense', 'trees']);
    expect(second?.members.map(({ kind }) => kind)).toEqual(['dense', 'trees']);
  });

  it('refuse heads in another order than that of the outputs', () => {
    expect(() => ensembleTables({ width: 4, heads: [risk, direction] })).toThrow(
      'not in the order of outputs',
    );
  });
});
