import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  civilDateOf,
  DAY_MS,
  daysInMonth,
  epochDayAt,
  epochDayOf,
  weekdayOf,
} from '../../src/core/civil-date.ts';

describe('civil dates', () => {
  it('agree with the platform on every day from 0100 to 2400', () => {
    let day = epochDayOf(100, 1, 1);
    const end = epochDayOf(2400, 1, 1);
    for (; day < end; day += 1) {
      const date = new Date(day * DAY_MS);
      const [year, month, dayOfMonth] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
      const civil = civilDateOf(day);
      if (
        civil.year !== year ||
        civil.month !== month ||
        civil.day !== dayOfMonth ||
        epochDayOf(year, month, dayOfMonth) !== day ||
        weekdayOf(day) !== date.getUTCDay()
      ) {
        expect.fail(`${date.toISOString()} read as ${JSON.stringify(civil)}`);
      }
    }
    expect(day).toBe(end);
  });

  it('begin at year 0, which is not 1900', () => {
    expect(epochDayOf(0, 1, 1) * DAY_MS).toBe(-62_167_219_200_000);
    expect(civilDateOf(-719_528)).toEqual({ year: 0, month: 1, day: 1 });
  });

  it('put every instant into the UTC day that contains it', () => {
    expect(epochDayAt(-1)).toBe(-1);
    expect(epochDayAt(0)).toBe(0);
    expect(epochDayAt(DAY_MS - 1)).toBe(0);
    expect(epochDayAt(DAY_MS)).toBe(1);
  });

  it('know the length of each month', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9998 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
        const next = month === 12 ? epochDayOf(year + 1, 1, 1) : epochDayOf(year, month + 1, 1);
        expect(next - epochDayOf(year, month, 1)).toBe(daysInMonth(year, month));
      }),
    );
  });
});
