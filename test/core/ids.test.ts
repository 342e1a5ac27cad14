import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdSource } from '../../src/core/ids.ts';

const zeros = { bytes: (length: number) => new Uint8Array(length) };
const ones = { bytes: (length: number) => new Uint8Array(length).fill(0xff) };
const system = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
const clockAt = (nowMs: number) => ({ nowMs: () => nowMs });

const take = (count: number, source: { next(): string }) =>
  Array.from({ length: count }, () => source.next());
const unixMsOf = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

describe('createIdSource', () => {
  it('gives UUIDs of version 7 and variant 10 that carry the clock', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 48 - 1 }), (nowMs) => {
        const id = createIdSource({ clock: clockAt(nowMs), random: system }).next();
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(unixMsOf(id)).toBe(nowMs);
      }),
    );
  });

  it('lays the fields out as RFC 9562 §5.7', () => {
    expect(createIdSource({ clock: clockAt(0x017f22e279b0), random: zeros }).next()).toBe(
      '017f22e2-79b0-7000-8000-000000000000',
    );
    expect(createIdSource({ clock: clockAt(0x017f22e279b0), random: ones }).next()).toBe(
      '017f22e2-79b0-77ff-bfff-ffffffffffff',
    );
  });

  it('never repeats and never falls back, whatever the clock does', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2 ** 47 }),
        fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 2, maxLength: 600 }),
        (startMs, steps) => {
          let nowMs = startMs;
          const source = createIdSource({ clock: { nowMs: () => nowMs }, random: system });
          const ids = steps.map((step) => {
            nowMs = Math.max(0, nowMs + step);
            return source.next();
          });
          expect(ids.toSorted()).toEqual(ids);
          expect(new Set(ids).size).toBe(ids.length);
        },
      ),
    );
  });

  it('keeps the highest timestamp while the clock is behind it', () => {
    let nowMs = 5_000;
    const source = createIdSource({ clock: { nowMs: () => nowMs }, random: system });
    source.next();
    nowMs = 1_000;
    expect(unixMsOf(source.next())).toBe(5_000);
    nowMs = 5_001;
    expect(unixMsOf(source.next())).toBe(5_001);
  });

  it('increases within a millisecond even when the random bytes only fall', () => {
    let level = 0xff;
    const falling = { bytes: (length: number) => new Uint8Array(length).fill(level--) };
    const ids = take(1_000, createIdSource({ clock: clockAt(1), random: falling }));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('moves the timestamp on when one millisecond holds more ids than the counter', {
    timeout: 60_000,
  }, () => {
    const source = createIdSource({ clock: clockAt(7), random: ones });
    let last = source.next();
    for (let index = 0; index < 2 ** 17; index++) last = source.next();
    expect(unixMsOf(last)).toBe(7);
    const next = source.next();
    expect(unixMsOf(next)).toBe(8);
    expect(next > last).toBe(true);
  });

  it('draws no randomness before the first id, and then in blocks', () => {
    let draws = 0;
    const counted = {
      bytes: (length: number) => {
        draws++;
        return new Uint8Array(length);
      },
    };
    const source = createIdSource({ clock: clockAt(1), random: counted });
    expect(draws).toBe(0);
    take(100, source);
    expect(draws).toBe(1);
    take(10_000, source);
    expect(draws).toBeLessThan(90);
  });

  it.each([Number.NaN, -1, 2 ** 48, 1.5])('throws on a clock that reads %d', (nowMs) => {
    expect(() => createIdSource({ clock: clockAt(nowMs), random: system }).next()).toThrow(RangeError);
  });
});
