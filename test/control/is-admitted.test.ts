import { describe, expect, it } from 'vitest';
import { isAdmitted } from '../../src/control/is-admitted.ts';

const plain = { success: true, limit: 10, remaining: 4 };

describe('an answer of the limiter', () => {
  it('admits when it is a plain success', () => {
    expect(isAdmitted(plain)).toBe(true);
    expect(isAdmitted({ ...plain, remaining: 0 })).toBe(true);
  });

  it.each([
    { success: false },
    { success: 'true' },
    { success: 1 },
    { success: undefined },
    { reason: 'timeout' },
    { reason: 'cacheBlock' },
    { reason: 'denyList' },
    { limit: 0 },
    { limit: -1 },
    { limit: Number.NaN },
    { limit: '10' },
    { limit: null },
    { limit: Number.POSITIVE_INFINITY },
    { remaining: -1 },
    { remaining: Number.NaN },
    { remaining: undefined },
    { remaining: '4' },
  ])('refuses with %j', (over) => {
    expect(isAdmitted({ ...plain, ...over })).toBe(false);
  });
});
