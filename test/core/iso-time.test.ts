import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isoTime } from '../../src/core/iso-time.ts';

it('prints every instant that there is as the platform does', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -8.64e15, max: 8.64e15 }),
      fc.integer({ min: 0, max: 172_800_000 }),
      (epochMs, laterMs) => {
        for (const instant of [epochMs, Math.min(8.64e15, epochMs + laterMs), laterMs - 86_400_000]) {
          expect(isoTime(instant)).toBe(new Date(instant).toISOString());
        }
      },
    ),
  );
});

it.each([Number.NaN, 8.64e15 + 1])('refuses %s as the platform does', (instant) => {
  expect(() => isoTime(instant)).toThrow(RangeError);
});
