import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/core/civil-date.ts';
import { freshness, lastInstantOf, sessionOf } from '../../src/market/calendar.ts';
import { sp500Dates } from '../sp500.ts';

const HOUR_MS = 3_600_000;
const ms = (text: string): number => Date.parse(text);
const xnys = (date: string) => sessionOf('XNYS', '1d', ms(date));

describe('the New York calendar', () => {
  it('has the sessions that were traded from 2000-01-03 to 2020-04-17, and no others', () => {
    const sessions: string[] = [];
    for (let tMs = ms('2000-01-03'); tMs <= ms('2020-04-17'); tMs += DAY_MS) {
      if (sessionOf('XNYS', '1d', tMs) !== undefined) sessions.push(new Date(tMs).toISOString().slice(0, 10));
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

  it('closes at 16:00 in New York on every session, as the time zone database has it', () => {
    const inNewYork = new Intl.DateTimeFormat('en-CA', {
      timeZone: 'America/New_York',
      dateStyle: 'short',
      timeStyle: 'medium',
      hourCycle: 'h23',
    });
    for (let tMs = ms('1976-01-02'); tMs < ms('2031-01-01'); tMs += DAY_MS) {
      const session = sessionOf('XNYS', '1d', tMs);
      if (session === undefined) continue;
      const date = new Date(tMs).toISOString().slice(0, 10);
      expect(inNewYork.format(session.closesAtMs)).toBe(`${date}, 16:00:00`);
    }
  });

  it('lets any instant of the UTC date name the session', () => {
    const session = { startMs: ms('2020-03-16'), closesAtMs: ms('2020-03-16T20:00:00Z') };
    expect(sessionOf('XNYS', '1d', ms('2020-03-16T04:00:00Z'))).toEqual(session);
    expect(sessionOf('XNYS', '1d', ms('2020-03-16T23:59:59.999Z'))).toEqual(session);
  });

  it('knows only daily bars', () => {
    expect(() => sessionOf('XNYS', '1h', 0)).toThrow(RangeError);
    expect(() => lastInstantOf('XNYS', '1h', 0)).toThrow(RangeError);
    expect(() => freshness('XNYS', '5m', 0, 0, 0)).toThrow(RangeError);
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
  ])('of %s is, at %s, %s', (bar, now, expected) => {
    expect(judge(bar, now)).toBe(expected);
  });

  it('is stale when its date is no session, from the first moment on', () => {
    expect(judge('2020-03-14', '2020-03-14T12:00:00Z')).toBe('stale');
    expect(judge('2020-04-10', '2020-04-10T21:00:00Z')).toBe('stale');
    expect(lastInstantOf('XNYS', '1d', ms('2020-03-14'))).toBe(ms('2020-03-14T20:00:00Z'));
  });

  it('is never fresh before its close, and always at the last closed bar', () => {
    const instant = fc.integer({ min: ms('2000-01-05'), max: ms('2040-01-01') });
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
