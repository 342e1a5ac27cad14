import { expect, it } from 'vitest';
import { SeededRandom } from '../../../../src/core/seeded-random.ts';
import { fillHistogram, subtractHistogram } from '../../../../src/optimize/train/trees/histogram.ts';

it.each([1, 4, 7, 10])(
  'of %i features, all rows without some is exactly the histogram of the others',
  (width) => {
    const random = new SeededRandom(width);
    const count = 500;
    const columns = Array.from({ length: width }, () =>
      Uint8Array.from({ length: count }, () => random.below(20)),
    );
    const integers = (): Float64Array =>
      Float64Array.from({ length: count }, () => random.below(2 ** 32) - 2 ** 31);
    const rows = Int32Array.from({ length: count }, (_, i) => i);
    const shared = { rows, gradients: integers(), hessians: integers() };
    const features = Int32Array.from({ length: width }, (_, i) => i);
    const filled = (from: number, to: number): Float64Array[] => {
      const histogram = columns.map(() => new Float64Array(3 * 20));
      fillHistogram(histogram, columns, features, { ...shared, from, to });
      return histogram;
    };
    const all = filled(0, count);
    subtractHistogram(all, filled(0, 123), features);
    expect(all).toEqual(filled(123, count));
    const counted = all.map((sums) =>
      sums.filter((_, i) => i % 3 === 2).reduce((sum, size) => sum + size, 0),
    );
    expect(counted).toEqual(columns.map(() => count - 123));
  },
);
