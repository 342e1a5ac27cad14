import type { SeededRandom } from '../../core/seeded-random.ts';
import { shuffle } from '../train/shuffle.ts';

/**
 * A permutation of 0 … count − 1 that moves runs of `blockLength` neighbours as one, from a random phase on a
 * circle: a permuted column keeps its distribution and, within blocks, its dependence in time, and loses its
 * tie to the labels. Length 1 is a plain permutation.
 */
export function blockPermutation(count: number, blockLength: number, random: SeededRandom): Int32Array {
  const blockCount = Math.ceil(count / blockLength);
  const order = Int32Array.from({ length: blockCount }, (_, block) => block);
  shuffle(order, random);
  const phase = blockLength === 1 ? 0 : random.below(count);
  const permutation = new Int32Array(count);
  let filled = 0;
  for (const block of order) {
    const end = Math.min(count, (block + 1) * blockLength);
    for (let row = block * blockLength; row < end; row += 1) {
      permutation[filled] = (row + phase) % count;
      filled += 1;
    }
  }
  return permutation;
}
