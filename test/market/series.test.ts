import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/core/civil-date.ts';
import { demoBars } from '../../src/local/demo-series.ts';
import type { Interval } from '../../src/market/calendar.ts';
import { checkSeries } from '../../src/market/series.ts';
import { sp500Bars } from '../sp500.ts';

const ms = (text: string): number => Date.parse(text);
const barsAt = (...times: readonly number[]) => times.map((tMs) => ({ tMs }));
const barsOn = (...dates: readonly string[]) => barsAt(...dates.map(ms));
const spaced = (count: number, startMs: number, stepMs: number) =>
  barsAt(...Array.from({ length: count }, (_, index) => startMs + index * stepMs));
const codes = (
  calendar: 'XNYS' | '24x7',
  bars: readonly { readonly tMs: number }[],
  interval: Interval = '1d',
) => checkSeries(calendar, interval, bars).map(({ index, code }) => `${index} ${code}`);

const windowBars = 64;
/** 64 sessions in a row, as they were traded. */
const window = fc
  .integer({ min: 0, max: sp500Bars.length - windowBars })
  .map((start) => sp500Bars.slice(start, start + windowBars).map(({ tMs }) => ({ tMs })));
const inside = fc.integer({ min: 1, max: windowBars - 2 });

describe('a series of daily bars in New York', () => {
  it('is whole for every day the S&P 500 was traded from 2000 to 2020', () => {
    expect(checkSeries('XNYS', '1d', sp500Bars)).toEqual([]);
  });

  it('is whole for any consecutive sessions, at any time of each date', () => {
    const times = fc.array(fc.integer({ min: 0, max: DAY_MS - 1 }), {
      minLength: windowBars,
      maxLength: windowBars,
    });
    fc.assert(
      fc.property(window, times, (bars, offsets) => {
        const stamped = bars.map(({ tMs }, index) => ({ tMs: tMs + (offsets[index] ?? 0) }));
        expect(checkSeries('XNYS', '1d', stamped)).toEqual([]);
      }),
    );
  });

  it('is whole across the change to daylight saving time, stamped with midnight in New York', () => {
    const bars = barsOn('2020-03-05T05:00:00Z', '2020-03-06T05:00:00Z', '2020-03-09T04:00:00Z');
    expect(checkSeries('XNYS', '1d', bars)).toEqual([]);
  });

  it('is whole across special closures, half days and the turn of a year', () => {
    expect(codes('XNYS', barsOn('2001-09-10', '2001-09-17'))).toEqual([]);
    expect(codes('XNYS', barsOn('2026-11-25', '2026-11-27', '2026-11-30'))).toEqual([]);
    expect(codes('XNYS', barsOn('2021-12-31', '2022-01-03', '2022-01-04'))).toEqual([]);
  });

  it('has a gap where one bar is dropped', () => {
    fc.assert(
      fc.property(window, inside, (bars, index) => {
        expect(codes('XNYS', bars.toSpliced(index, 1))).toEqual([`${index} GAP`]);
      }),
    );
  });

  it('has a session twice where one bar is doubled, also later on the same date', () => {
    fc.assert(
      fc.property(window, inside, fc.integer({ min: 0, max: DAY_MS - 1 }), (bars, index, laterMs) => {
        const twin = { tMs: (bars[index]?.tMs ?? 0) + laterMs };
        expect(codes('XNYS', bars.toSpliced(index + 1, 0, twin))).toEqual([`${index + 1} SAME_SESSION`]);
      }),
    );
  });

  it('has its first fault at a bar that is shifted by whole days', () => {
    const days = fc.integer({ min: -20, max: 20 }).filter((count) => count !== 0);
    fc.assert(
      fc.property(window, inside, days, (bars, index, shiftDays) => {
        const shifted = { tMs: (bars[index]?.tMs ?? 0) + shiftDays * DAY_MS };
        expect(checkSeries('XNYS', '1d', bars.with(index, shifted))[0]?.index).toBe(index);
      }),
    );
  });

  it('reports a bar on a weekend or a holiday once, and takes up the series after it', () => {
    expect(codes('XNYS', barsOn('2020-03-13', '2020-03-14', '2020-03-16'))).toEqual(['1 NO_SESSION']);
    expect(codes('XNYS', barsOn('2020-04-09', '2020-04-10', '2020-04-13'))).toEqual(['1 NO_SESSION']);
    expect(codes('XNYS', barsOn('2020-03-15', '2020-03-16'))).toEqual(['0 NO_SESSION']);
  });

  it('reports a hole of ten years once, and names the session that is missing', () => {
    expect(checkSeries('XNYS', '1d', barsOn('2009-12-31', '2020-01-02', '2020-01-03'))).toEqual([
      {
        index: 1,
        code: 'GAP',
        message: 'is not of the session after the bar before it; the next is 2010-01-04',
      },
    ]);
  });

  it.each([
    ['a minute apart', spaced(64, ms('2020-04-17T14:00:00Z'), 60_000), 'SAME_SESSION'],
    ['a millisecond apart', spaced(64, ms('2020-04-17'), 1), 'SAME_SESSION'],
    ['a week apart', spaced(64, ms('2019-01-08'), 7 * DAY_MS), 'GAP'],
    ['before the calendar begins', spaced(64, ms('1999-01-04'), DAY_MS), 'NO_SESSION'],
  ])('with bars %s has twenty faults, and no more are looked for', (_, bars, code) => {
    const faults = checkSeries('XNYS', '1d', bars);
    expect(faults).toHaveLength(20);
    expect(new Set(faults.map((fault) => fault.code))).toEqual(new Set([code]));
  });

  it('begins with the year 2000', () => {
    expect(codes('XNYS', barsOn('1999-12-30', '1999-12-31', '2000-01-03', '2000-01-04'))).toEqual([
      '0 NO_SESSION',
      '1 NO_SESSION',
    ]);
  });

  it('may be empty or one bar', () => {
    expect(codes('XNYS', [])).toEqual([]);
    expect(codes('XNYS', barsOn('2020-03-16'))).toEqual([]);
    expect(codes('XNYS', barsOn('2020-03-15'))).toEqual(['0 NO_SESSION']);
  });

  it('is only of days', () => {
    expect(() => checkSeries('XNYS', '1m', [])).toThrow(RangeError);
  });
});

describe('a series of a venue that never closes', () => {
  const lengths: Readonly<Record<Interval, number>> = {
    '1m': 60_000,
    '5m': 300_000,
    '15m': 900_000,
    '1h': 3_600_000,
    '1d': DAY_MS,
  };
  const interval = fc.constantFrom<Interval>('1m', '5m', '15m', '1h', '1d');
  const start = fc.integer({ min: ms('1990-01-01'), max: ms('2040-01-01') });
  const series = fc.record({ interval, start }).map((made) => ({
    interval: made.interval,
    bars: spaced(windowBars, made.start, lengths[made.interval]),
  }));

  it('is whole for the demo series', () => {
    const bars = demoBars({ seed: 7, endMs: ms('2026-11-23T12:00:00Z'), count: 1_000 });
    expect(checkSeries('24x7', '1d', bars)).toEqual([]);
  });

  it('is whole for bars one interval apart, from any instant on', () => {
    fc.assert(
      fc.property(series, (made) => {
        expect(checkSeries('24x7', made.interval, made.bars)).toEqual([]);
      }),
    );
  });

  it('has a gap where one bar is dropped, and an overlap where one is doubled', () => {
    fc.assert(
      fc.property(series, inside, ({ interval, bars }, index) => {
        expect(codes('24x7', bars.toSpliced(index, 1), interval)).toEqual([`${index} GAP`]);
        const twin = { tMs: bars[index]?.tMs ?? 0 };
        expect(codes('24x7', bars.toSpliced(index, 0, twin), interval)).toEqual([
          `${index + 1} SAME_SESSION`,
        ]);
      }),
    );
  });

  it('has faults at a bar that is shifted and at the one after it', () => {
    fc.assert(
      fc.property(series, inside, fc.integer({ min: 1, max: 59_999 }), (made, index, shiftMs) => {
        const tMs = made.bars[index]?.tMs ?? 0;
        const later = made.bars.with(index, { tMs: tMs + shiftMs });
        expect(codes('24x7', later, made.interval)).toEqual([`${index} GAP`, `${index + 1} SAME_SESSION`]);
        const earlier = made.bars.with(index, { tMs: tMs - shiftMs });
        expect(codes('24x7', earlier, made.interval)).toEqual([`${index} SAME_SESSION`, `${index + 1} GAP`]);
      }),
    );
  });

  it('is refused where a day of a local clock has 23 hours', () => {
    const bars = barsOn('2026-03-07T05:00:00Z', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z');
    expect(checkSeries('24x7', '1d', bars)).toEqual([
      {
        index: 2,
        code: 'SAME_SESSION',
        message: 'starts within the bar before it; the next starts at 2026-03-09T05:00:00.000Z',
      },
    ]);
  });

  it('is refused when its bars are of another interval', () => {
    expect(checkSeries('24x7', '1d', spaced(64, 0, 3_600_000))).toHaveLength(20);
    expect(codes('24x7', spaced(3, 0, DAY_MS), '1h')).toEqual(['1 GAP', '2 GAP']);
  });
});
