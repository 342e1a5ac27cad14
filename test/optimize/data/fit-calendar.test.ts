import { describe, expect, it } from 'vitest';
import { DAY_MS, epochDayAt, weekdayOf } from '../../../src/core/civil-date.ts';
import { fitCalendar } from '../../../src/optimize/data/fit-calendar.ts';
import { sp500Bars } from '../../sp500.ts';

const everyDay = Array.from({ length: 400 }, (_, i) => Date.UTC(2015, 0, 1) + i * DAY_MS);
const weekdays = everyDay.filter((tMs) => weekdayOf(epochDayAt(tMs)) % 6 !== 0);
const sessions = sp500Bars.map(({ tMs }) => tMs);

describe('fitCalendar', () => {
  it('knows the exchange by its dates', () => {
    expect(fitCalendar(sessions, '1d')).toEqual({
      calendar: 'XNYS',
      misfits: 0,
      pattern: 'XNYS',
      offPattern: [],
      gaps: [],
    });
  });

  it('tells a missing session and a bar on a day without one', () => {
    const fit = fitCalendar(sessions.toSpliced(100, 2).toSpliced(5, 0, (sessions[4] ?? 0) + DAY_MS), '1d');
    expect(fit).toMatchObject({ calendar: 'XNYS', pattern: 'XNYS', misfits: 3, offPattern: [5] });
    expect(fit.gaps).toEqual([{ index: 101, missing: 2 }]);
  });

  it('knows the exchange by a history that reaches back before its calendar does', () => {
    const early = Array.from({ length: 3_660 }, (_, i) => Date.UTC(1990, 0, 2) + i * DAY_MS)
      .filter((tMs) => weekdayOf(epochDayAt(tMs)) % 6 !== 0 && tMs < (sessions[0] ?? 0))
      .filter((_, i) => i % 29 !== 7 || i > 2_500);
    expect(fitCalendar([...early, ...sessions], '1d')).toMatchObject({
      calendar: 'XNYS',
      pattern: 'XNYS',
      misfits: 0,
    });
    const hole = fitCalendar([...early.toSpliced(500, 10), ...sessions], '1d');
    expect(hole).toMatchObject({ pattern: 'XNYS', gaps: [{ index: 500, missing: expect.any(Number) }] });
  });

  it('takes a week that fits all for one of the exchange', () => {
    expect(fitCalendar(sessions.slice(5, 10), '1d')).toMatchObject({ calendar: 'XNYS', pattern: 'XNYS' });
  });

  it('takes seven days a week for 24x7', () => {
    expect(fitCalendar(everyDay, '1d')).toMatchObject({ calendar: '24x7', pattern: '24x7', misfits: 0 });
    expect(fitCalendar(everyDay.toSpliced(50, 1), '1d')).toMatchObject({ calendar: '24x7', misfits: 1 });
  });

  it('tells weekdays with holidays of their own from both, and names the nearer calendar with its misfits', () => {
    const fit = fitCalendar(weekdays, '1d');
    expect(fit).toMatchObject({ calendar: 'XNYS', pattern: 'weekdays', offPattern: [], gaps: [] });
    const holidays = weekdays.length - weekdays.filter((tMs) => sessions.includes(tMs)).length;
    expect(fit.misfits).toBe(holidays);
  });

  it('judges other intervals by their spacing', () => {
    const hours = Array.from({ length: 50 }, (_, i) => i * 3_600_000);
    expect(fitCalendar(hours, '1h')).toMatchObject({ calendar: '24x7', misfits: 0 });
    const shifted = hours.map((tMs, i) => (i < 20 ? tMs : tMs + 1_800_000)).toSpliced(40, 2);
    expect(fitCalendar(shifted, '1h')).toMatchObject({
      offPattern: [20],
      gaps: [
        { index: 20, missing: 1 },
        { index: 40, missing: 2 },
      ],
    });
  });
});
