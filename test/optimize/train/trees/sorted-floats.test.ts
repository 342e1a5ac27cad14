import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sortedFloats } from '../../../../src/optimize/train/trees/sorted-floats.ts';

it('sortedFloats sorts as the engine does, zeros by sign, and leaves NaN out', () => {
  fc.assert(
    fc.property(fc.float32Array({ maxLength: 300 }), (values) => {
      const expected = values.filter((value) => !Number.isNaN(value)).sort();
      expect(sortedFloats(values)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
