import { describe, expect, it } from 'vitest';
import { wireBar } from '../../src/client/wire-bar.ts';
import { DAY_MS } from '../../src/core/civil-date.ts';
import { validateBars } from '../../src/features/bar.ts';
import { demoBars } from '../../src/local/demo-series.ts';

const endMs = Date.UTC(2026, 5, 15, 13, 30);

describe('demoBars', () => {
  it('ends with the last day that has closed', () => {
    const last = demoBars({ seed: 7, endMs, count: 3 }).at(-1);
    expect(last?.tMs).toBe(Date.UTC(2026, 5, 14));
    expect(demoBars({ seed: 7, endMs: Date.UTC(2026, 5, 15), count: 1 }).at(-1)?.tMs).toBe(last?.tMs);
  });

  it('gives a day the same bar whenever it is asked for', () => {
    const today = demoBars({ seed: 7, endMs, count: 100 });
    const tomorrow = demoBars({ seed: 7, endMs: endMs + DAY_MS, count: 40 });
    expect(tomorrow.slice(0, 39)).toEqual(today.slice(-39));
  });

  it('passes the validator of requests, in whole cents, near 100', () => {
    const bars = demoBars({ seed: 3, endMs, count: 2_000 });
    const rows = bars.map(wireBar);
    expect(validateBars(rows, { nowMs: endMs, barsMax: 2_000 })).toEqual({ ok: true, bars });
    for (const { close } of bars) {
      expect(Number(close.toFixed(2))).toBe(close);
      expect(close).toBeGreaterThan(20);
      expect(close).toBeLessThan(500);
    }
  });

  it('differs by seed', () => {
    expect(demoBars({ seed: 1, endMs, count: 5 })).not.toEqual(demoBars({ seed: 2, endMs, count: 5 }));
  });

  it('throws where it has no history', () => {
    expect(() => demoBars({ seed: 1, endMs: Date.UTC(2010, 0, 3), count: 3 })).toThrow('has no 3 days');
  });
});
