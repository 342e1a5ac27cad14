import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdaptiveLimit } from '../../../src/control/overload/adaptive-limit.ts';

const steps = fc.array(
  fc.oneof(
    fc.record({ used: fc.nat(2_000), ratio: fc.double({ min: 0, max: 2, noNaN: true }) }),
    fc.constant('grow' as const),
  ),
  { maxLength: 200 },
);

describe('a limit that adapts', () => {
  it('stays within its bounds, falls by a half at most and rises again to where it began', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const limit = createAdaptiveLimit({ min: 16, max: 1_000 });
        for (const step of list) {
          const before = limit.value();
          if (step === 'grow') {
            limit.grow();
            expect(limit.value()).toBeGreaterThanOrEqual(before);
          } else {
            limit.shrink(step.used, step.ratio);
            expect(limit.value()).toBeGreaterThanOrEqual(
              Math.max(16, Math.floor(Math.min(before, step.used) / 2)),
            );
            expect(limit.value()).toBeLessThan(Math.max(17, before));
          }
          expect(limit.value()).toBeGreaterThanOrEqual(16);
          expect(limit.value()).toBeLessThanOrEqual(1_000);
        }
        for (let step = 0; step < 60; step += 1) limit.grow();
        expect(limit.value()).toBe(1_000);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
