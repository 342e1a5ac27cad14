import { SeededRandom } from '../../core/seeded-random.ts';
import { blockPermutation } from './block-permutation.ts';

export interface StabilityOptions {
  readonly rowCount: number;
  readonly candidates: readonly number[];
  /** Even, ≥ 2: halves are drawn in pairs. */
  readonly resamples: number;
  /** Share of the resamples that must choose a feature, in [0.5, 1], e.g. 0.6. */
  readonly shareMin: number;
  readonly seed: number;
  /** The selection on some of the rows (ascending indices): those of the candidates that it chooses. */
  readonly choose: (rows: Int32Array, seed: number) => readonly number[];
}

export interface StabilityFeature {
  readonly feature: number;
  readonly verdict: 'stable' | 'unstable';
  /** Share of the resamples that chose it. */
  readonly share: number;
}

/**
 * Stability selection (Meinshausen and Bühlmann, JRSS B 72, 2010): what is only chosen by some halves of the rows
 * was chosen for those rows. Halves come in complementary pairs (Shah and Samworth, JRSS B 75, 2013) and are made
 * of twentieths in time, so that neighbours, which may share what they know, stay together.
 */
export function stability(options: StabilityOptions): readonly StabilityFeature[] {
  const random = new SeededRandom(options.seed);
  const chosen = new Map<number, number>(options.candidates.map((feature) => [feature, 0]));
  for (let pair = 0; pair < options.resamples / 2; pair += 1) {
    for (const half of complementaryHalves(options.rowCount, random)) {
      for (const feature of options.choose(half, random.uint32())) {
        chosen.set(feature, (chosen.get(feature) ?? 0) + 1);
      }
    }
  }
  return options.candidates.map((feature) => {
    const share = (chosen.get(feature) ?? 0) / options.resamples;
    return { feature, share, verdict: share >= options.shareMin ? 'stable' : 'unstable' };
  });
}

const BLOCK_COUNT = 20;

function complementaryHalves(rowCount: number, random: SeededRandom): readonly [Int32Array, Int32Array] {
  const isFirst = new Uint8Array(BLOCK_COUNT);
  for (const block of blockPermutation(BLOCK_COUNT, 1, random).subarray(0, BLOCK_COUNT / 2))
    isFirst[block] = 1;
  const rows = Int32Array.from({ length: rowCount }, (_, i) => i);
  const sideOf = (row: number): number => isFirst[Math.floor((row * BLOCK_COUNT) / rowCount)] as number;
  return [rows.filter((row) => sideOf(row) === 1), rows.filter((row) => sideOf(row) === 0)];
}
