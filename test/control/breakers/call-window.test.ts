import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallQuality, createCallWindow } from '../../../src/control/breakers/call-window.ts';

const qualities = fc.array(fc.constantFrom<CallQuality>('good', 'slow', 'failed'), { maxLength: 60 });
const count = (calls: readonly CallQuality[]) => ({
  good: calls.filter((call) => call === 'good').length,
  slow: calls.filter((call) => call === 'slow').length,
  failed: calls.filter((call) => call === 'failed').length,
});

describe('a window of calls', () => {
  it('by number holds the last so many', () => {
    fc.assert(
      fc.property(qualities, fc.integer({ min: 1, max: 12 }), (calls, size) => {
        const window = createCallWindow({ kind: 'count', calls: size });
        for (const call of calls) window.add(call, 0);
        expect(window.tally(0)).toEqual(count(calls.slice(-size)));
      }),
    );
  });

  it('by time holds all of the last nine tenths of its span, and nothing older than the span', () => {
    const calls = fc.array(
      fc.record({ afterMs: fc.nat({ max: 400 }), quality: fc.constantFrom<CallQuality>('good', 'failed') }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(calls, fc.nat({ max: 3_000 }), (steps, lookAfterMs) => {
        const window = createCallWindow({ kind: 'time', spanMs: 1_000 });
        let nowMs = 0;
        const seen: { atMs: number; quality: CallQuality }[] = [];
        for (const { afterMs, quality } of steps) {
          nowMs += afterMs;
          window.add(quality, nowMs);
          seen.push({ atMs: nowMs, quality });
        }
        nowMs += lookAfterMs;
        const { failed } = window.tally(nowMs);
        const failedSince = (ageMs: number) =>
          seen.filter(({ atMs, quality }) => quality === 'failed' && atMs > nowMs - ageMs).length;
        expect(failed).toBeGreaterThanOrEqual(failedSince(900));
        expect(failed).toBeLessThanOrEqual(failedSince(1_000));
      }),
    );
  });

  it('holds nothing once cleared', () => {
    for (const shape of [{ kind: 'count', calls: 3 } as const, { kind: 'time', spanMs: 10 } as const]) {
      const window = createCallWindow(shape);
      window.add('failed', 1);
      window.clear();
      expect(window.tally(1)).toEqual({ good: 0, slow: 0, failed: 0 });
    }
  });
});
