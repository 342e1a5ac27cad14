import { describe, expect, it } from 'vitest';
import { allOk, err, ok } from '../../src/core/result.ts';

describe('allOk', () => {
  it('gives the values in order', () => {
    expect(allOk([ok(1), ok(2)])).toEqual(ok([1, 2]));
    expect(allOk([])).toEqual(ok([]));
  });

  it('gives the first error, whatever comes after it', () => {
    expect(allOk([ok(1), err('first'), err('second'), ok(2)])).toEqual(err('first'));
  });
});
