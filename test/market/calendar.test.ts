import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/core/civil-date.ts';
import { freshness, lastInstantOf, sessionOf } from '../../src/market/calendar.ts';
import { sp500Bars, sp500Dates } from '../sp500.ts';

const HOUR_MS = 3_600_000;
const ms = (text: string): number => Date.parse(text);
const xnys = (date: string) => sessionOf('XNYS', '1d', ms(date));
const dateOf = (tMs: number): string => new Date(tMs).toISOString().slice(0, 10);

describe('the New York calendar', () => {
  it('has the sessions that were traded from 2000-01-03 to 2020-04-17, and no others', () => {
    const sessions: string[] = [];
    for (let tMs = ms('2000-01-03'); tMs <= ms('2020-04-17'); tMs += DAY_MS) {
      if (sessionOf('XNYS', '1d', tMs) !== undefined) sessions.push(dateOf(tMs));
    }
    expect(sessions).toEqual(sp500Dates);
  });

  it.each([
    ['2021-04-02', 'Good Friday'],
    ['2021-07-05', 'Independence Day kept on Monday'],
    ['2021-12-24', 'Christmas kept on Friday'],
    ['2022-06-20', 'Juneteenth kept on Monday'],
    ['2023-06-19', 'Juneteenth'],
    ['2023-01-02', 'New Year kept on Monday'],
    ['2025-01-09', 'the day of mourning for President Carter'],
    ['2026-04-03', 'Good Friday'],
    ['2026-07-03', 'Independence Day kept on Friday'],
    ['2027-06-18', 'Juneteenth kept on Friday'],
    ['2027-12-24', 'Christmas kept on Friday'],
  ])('has no session on %s, %s', (date) => {
    expect(xnys(date)).toBeUndefined();
  });

  it.each([
    ['2021-06-18', 'before Juneteenth was a holiday'],
    ['2021-12-31', 'though New Year is on the Saturday after'],
    ['2020-11-27', 'though it is a half day'],
    ['2024-02-29', 'a leap day'],
  ])('has a session on %s, %s', (date) => {
    expect(xnys(date)).toBeDefined();
  });

  it('keeps the holidays that the exchange has published for 2026 to 2028, and no others', () => {
    const holidays: string[] = [];
    for (let tMs = ms('2026-01-01'); tMs < ms('2029-01-01'); tMs += DAY_MS) {
      const isWeekend = [0, 6].includes(new Date(tMs).getUTCDay());
      if (!isWeekend && sessionOf('XNYS', '1d', tMs) === undefined) holidays.push(dateOf(tMs));
    }
    const published = [
      ['2026', '01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25'],
      ['2027', '01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24'],
      ['2028', '01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25'],
    ].flatMap(([year, days = '']) => days.split(' ').map((day) => `${year}-${day}`));
    expect(holidays).toEqual(published);
  });

  it('begins with the year 2000', () => {
    expect(xnys('1999-12-31')).toBeUndefined();
    expect(xnys('1985-03-12')).toBeUndefined();
    expect(xnys('2000-01-03')).toBeDefined();
  });

  it('closes at 16:00 or 13:00 in New York on every session, as the time zone database has it', () => {
    const inNewYork = new Intl.DateTimeFormat('en-CA', {
      timeZone: 'America/New_York',
      dateStyle: 'short',
      timeStyle: 'medium',
      hourCycle: 'h23',
    });
    for (let tMs = ms('2000-01-03'); tMs < ms('2031-01-01'); tMs += DAY_MS) {
      const session = sessionOf('XNYS', '1d', tMs);
      if (session === undefined) continue;
      const [date, time] = inNewYork.format(session.closesAtMs).split(', ');
      expect(date).toBe(dateOf(tMs));
      expect(['13:00:00', '16:00:00']).toContain(time);
    }
  });

  it('lets any instant of the UTC date name the session', () => {
    const closesAtMs = ms('2020-03-16T20:00:00Z');
    const session = { startMs: ms('2020-03-16'), closesAtMs, mayCloseAtMs: closesAtMs };
    expect(sessionOf('XNYS', '1d', ms('2020-03-16T04:00:00Z'))).toEqual(session);
    expect(sessionOf('XNYS', '1d', ms('2020-03-16T23:59:59.999Z'))).toEqual(session);
  });

  it('knows only daily bars', () => {
    expect(() => sessionOf('XNYS', '1h', 0)).toThrow(RangeError);
    expect(() => lastInstantOf('XNYS', '1h', 0)).toThrow(RangeError);
    expect(() => freshness('XNYS', '5m', 0, 0, 0)).toThrow(RangeError);
  });
});

describe('half days in New York', () => {
  it.each([
    ['2002-07-05', '17:00', 'Friday after a holiday on Thursday, until 2012'],
    ['2003-12-26', '18:00', 'a Friday after Christmas'],
    ['2013-07-03', '17:00', 'Wednesday before a holiday on Thursday, from 2013 on'],
    ['2018-07-03', '17:00', 'the day before Independence Day'],
    ['2018-11-23', '18:00', 'the day after Thanksgiving'],
    ['2018-12-24', '18:00', 'Christmas Eve'],
    ['2019-07-03', '17:00', 'the day before Independence Day'],
    ['2019-11-29', '18:00', 'the day after Thanksgiving'],
    ['2019-12-24', '18:00', 'Christmas Eve'],
    ['2020-11-27', '18:00', 'the day after Thanksgiving'],
    ['2020-12-24', '18:00', 'Christmas Eve'],
    ['2025-07-03', '17:00', 'the day before Independence Day'],
    ['2026-11-27', '18:00', 'the day after Thanksgiving'],
    ['2026-12-24', '18:00', 'Christmas Eve'],
    ['2028-07-03', '17:00', 'the day before Independence Day'],
  ])('close on %s at %sZ: %s', (date, time) => {
    const closesAtMs = ms(`${date}T${time}:00Z`);
    expect(xnys(date)).toEqual({ startMs: ms(date), closesAtMs, mayCloseAtMs: closesAtMs });
    expect(lastInstantOf('XNYS', '1d', ms(date))).toBe(closesAtMs);
  });

  it.each([
    ['2002-07-03', '20:00'],
    ['2008-12-26', '21:00'],
    ['2013-07-05', '20:00'],
    ['2014-12-26', '21:00'],
    ['2019-12-31', '21:00'],
    ['2020-07-02', '20:00'],
    ['2021-12-23', '21:00'],
    ['2026-07-02', '20:00'],
    ['2026-11-25', '21:00'],
  ])('do not include %s, which closes at %sZ', (date, time) => {
    const closesAtMs = ms(`${date}T${time}:00Z`);
    expect(xnys(date)).toMatchObject({ closesAtMs, mayCloseAtMs: closesAtMs });
  });

  it('have less than three quarters of the usual volume, as the S&P 500 was traded', () => {
    const sessions = sp500Bars.map(({ tMs }) => xnys(dateOf(tMs)));
    const halfDays = sp500Bars.flatMap((bar, index) => {
      const closesAtMs = sessions[index]?.closesAtMs ?? Number.NaN;
      return closesAtMs - bar.tMs <= 18 * HOUR_MS ? [{ bar, index }] : [];
    });
    expect(halfDays.length).toBeGreaterThan(40);
    for (const { bar, index } of halfDays) {
      const around = sp500Bars.slice(Math.max(0, index - 20), index + 21).map(({ volume }) => volume);
      const median = around.sort((a, b) => a - b)[Math.floor(around.length / 2)] ?? Number.NaN;
      expect(bar.volume / median, dateOf(bar.tMs)).toBeLessThan(0.75);
    }
  });

  it('are expected but not certain beyond the published schedule', () => {
    expect(xnys('2029-07-03')).toEqual({
      startMs: ms('2029-07-03'),
      mayCloseAtMs: ms('2029-07-03T17:00:00Z'),
      closesAtMs: ms('2029-07-03T20:00:00Z'),
    });
  });
});

/** By search, from the definition. */
function lastClosedSessionMs(nowMs: number): number {
  for (let dayMs = nowMs - (nowMs % DAY_MS); ; dayMs -= DAY_MS) {
    const session = sessionOf('XNYS', '1d', dayMs);
    if (session !== undefined && session.closesAtMs <= nowMs) return session.startMs;
  }
}

describe('the freshness of a last daily bar in New York', () => {
  const graceMs = 15 * 60_000;
  const judge = (bar: string, now: string) => freshness('XNYS', '1d', ms(bar), ms(now), graceMs).kind;

  it.each([
    ['2020-03-13', '2020-03-13T00:00:00Z', 'open'],
    ['2020-03-13', '2020-03-13T19:59:59.999Z', 'open'],
    ['2020-03-13', '2020-03-13T20:00:00Z', 'fresh'],
    ['2020-03-13', '2020-03-15T12:00:00Z', 'fresh'],
    ['2020-03-13', '2020-03-16T20:00:00Z', 'fresh'],
    ['2020-03-13', '2020-03-16T20:15:00Z', 'fresh'],
    ['2020-03-13', '2020-03-16T20:15:00.001Z', 'stale'],
    ['2020-03-13', '2020-11-22T00:00:00Z', 'stale'],
    ['2001-09-10', '2001-09-17T20:00:00Z', 'fresh'],
    ['2020-04-09', '2020-04-13T19:59:00Z', 'fresh'],
    ['2019-11-27', '2019-11-29T18:15:00Z', 'fresh'],
    ['2019-11-27', '2019-11-29T18:15:00.001Z', 'stale'],
    ['2019-11-29', '2019-11-29T17:59:59.999Z', 'open'],
    ['2019-11-29', '2019-11-29T18:00:00Z', 'fresh'],
    ['2026-11-25', '2026-11-27T18:16:00Z', 'stale'],
    ['2029-07-02', '2029-07-03T17:15:00.001Z', 'stale'],
    ['2029-07-03', '2029-07-03T19:59:59.999Z', 'open'],
    ['2029-07-03', '2029-07-03T20:00:00Z', 'fresh'],
    ['1999-12-31', '2000-01-01T00:00:00Z', 'stale'],
  ])('of %s is, at %s, %s', (bar, now, expected) => {
    expect(judge(bar, now)).toBe(expected);
  });

  it('is stale when its date is no session, from the first moment on', () => {
    expect(judge('2020-03-14', '2020-03-14T12:00:00Z')).toBe('stale');
    expect(judge('2020-04-10', '2020-04-10T21:00:00Z')).toBe('stale');
    expect(lastInstantOf('XNYS', '1d', ms('2020-03-14'))).toBe(ms('2020-03-14T20:00:00Z'));
  });

  it('is never fresh before its close, and always at the last closed bar', () => {
    const instant = fc.integer({ min: ms('2000-01-05'), max: ms('2029-01-01') });
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 20 }), (now, daysBack) => {
        const last = lastClosedSessionMs(now);
        expect(freshness('XNYS', '1d', last, now, graceMs)).toEqual({
          kind: 'fresh',
          ageMs: now - lastInstantOf('XNYS', '1d', last),
        });
        const bar = now - daysBack * DAY_MS;
        const { kind, ageMs } = freshness('XNYS', '1d', bar, now, 0);
        const closedAtMs = lastInstantOf('XNYS', '1d', bar);
        expect(ageMs).toBe(Math.max(0, now - closedAtMs));
        if (kind === 'fresh') expect(closedAtMs).toBeLessThanOrEqual(now);
        if (kind === 'open') expect(closedAtMs).toBeGreaterThan(now);
      }),
    );
  });
});

describe('the calendar without closing', () => {
  it('ends a bar one interval after its start', () => {
    expect(sessionOf('24x7', '1h', 5 * HOUR_MS)).toEqual({
      startMs: 5 * HOUR_MS,
      closesAtMs: 6 * HOUR_MS,
      mayCloseAtMs: 6 * HOUR_MS,
    });
    expect(lastInstantOf('24x7', '1h', 5 * HOUR_MS)).toBe(6 * HOUR_MS);
    expect(lastInstantOf('24x7', '5m', 0)).toBe(300_000);
  });

  it.each([
    [6 * HOUR_MS - 1, 'open'],
    [6 * HOUR_MS, 'fresh'],
    [7 * HOUR_MS + 500, 'fresh'],
    [7 * HOUR_MS + 501, 'stale'],
  ])('judges the bar of 05:00 at %d ms %s, with half a second of grace', (now, expected) => {
    expect(freshness('24x7', '1h', 5 * HOUR_MS, now, 500).kind).toBe(expected);
  });
});
