import { DAY_MS, epochDayAt } from '../core/civil-date.ts';
import { isXnysSession, nextXnysSession, xnysClose } from './xnys.ts';

/** `XNYS`: New York Stock Exchange, daily bars only. `24x7`: venues that never close. */
export type Calendar = 'XNYS' | '24x7';

/** Length of a bar, by its name on the wire. */
export type Interval = '1m' | '5m' | '15m' | '1h' | '1d';

/** One bar's span of trading. */
export interface Session {
  /** Start of its bar, epoch ms; for XNYS 00:00:00Z of the session's date, which names the session. */
  readonly startMs: number;
  /** From this instant on the bar is final. */
  readonly closesAtMs: number;
  /** Before this instant it is not. Earlier than `closesAtMs` only where the calendar is not sure of a half day. */
  readonly mayCloseAtMs: number;
}

export interface Freshness {
  /** `open`: the last bar is not final. `stale`: a newer final bar exists, or the bar has no session. */
  readonly kind: 'fresh' | 'stale' | 'open';
  /** Since the bar's last instant; 0 while it is open. */
  readonly ageMs: number;
}

/**
 * The session that a bar starting at `tMs` belongs to; undefined where the calendar has none.
 * XNYS: the bar's UTC date names the session, so midnight UTC and midnight in New York mean the same bar.
 * 24x7: every instant may start a bar, which ends one interval later.
 * Throws on an interval the calendar does not have, as do the other functions here.
 *
 * @internal exported for its tests
 */
export function sessionOf(calendar: Calendar, interval: Interval, tMs: number): Session | undefined {
  const lengthMs = lengthMsOf(calendar, interval);
  switch (calendar) {
    case 'XNYS':
      return xnysSession(epochDayAt(tMs));
    case '24x7':
      return barFrom(tMs, lengthMs);
  }
}

/** One name for a bar whatever instant its source gives for its start: of an XNYS bar midnight UTC of its date. */
export function barNameMs(calendar: Calendar, tMs: number): number {
  switch (calendar) {
    case 'XNYS':
      return epochDayAt(tMs) * DAY_MS;
    case '24x7':
      return tMs;
  }
}

/** Start of the bar that lies `count` bars behind one that starts at `tMs`. Throws where that one has no session. */
export function barsLaterMs(calendar: Calendar, interval: Interval, tMs: number, count: number): number {
  let session = sessionOf(calendar, interval, tMs);
  if (!session) throw new RangeError(`${calendar} has no session at ${tMs}`);
  for (let i = 0; i < count; i += 1) session = nextSession(calendar, session);
  return session.startMs;
}

/**
 * The instant from which a bar starting at `tMs` is final. For an XNYS date without a session, when one would
 * have closed.
 *
 * @internal exported for its tests
 */
export function lastInstantOf(calendar: Calendar, interval: Interval, tMs: number): number {
  const lengthMs = lengthMsOf(calendar, interval);
  switch (calendar) {
    case 'XNYS':
      return xnysClose(epochDayAt(tMs)).latestMs;
    case '24x7':
      return tMs + lengthMs;
  }
}

/**
 * Whether a decision may rest on a series whose last bar starts at `lastBarMs`. It is stale once the session
 * after it has been closed for more than `graceMs` (≥ 0), the time a feed has to bring the new bar. Where the
 * calendar is not sure when a session closes, its own bar is final from the latest close on, and the bar before it
 * stale from the earliest on.
 *
 * A bar whose date is no session is `stale`: either its source follows another calendar or this one does not
 * know the day, and neither can be told how old it is. Likewise an unscheduled closure that is not listed in
 * xnys.ts makes the bar before it stale until the next one comes. All of this errs towards HOLD.
 */
export function freshness(
  calendar: Calendar,
  interval: Interval,
  lastBarMs: number,
  nowMs: number,
  graceMs: number,
): Freshness {
  const ageMs = Math.max(0, nowMs - lastInstantOf(calendar, interval, lastBarMs));
  const session = sessionOf(calendar, interval, lastBarMs);
  if (session === undefined) return { kind: 'stale', ageMs };
  if (nowMs < session.closesAtMs) return { kind: 'open', ageMs };
  const next = nextSession(calendar, session);
  return { kind: nowMs > next.mayCloseAtMs + graceMs ? 'stale' : 'fresh', ageMs };
}

const LENGTH_MS: Readonly<Record<Interval, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '1d': DAY_MS,
};

/** Of a bar, ms; of an XNYS bar the nominal one. Throws on an interval the calendar does not have. */
export function lengthMsOf(calendar: Calendar, interval: Interval): number {
  if (calendar === 'XNYS' && interval !== '1d') throw new RangeError(`XNYS has no bars of ${interval}`);
  return LENGTH_MS[interval];
}

const xnysSession = (epochDay: number): Session | undefined =>
  isXnysSession(epochDay) ? sessionOn(epochDay) : undefined;

function sessionOn(epochDay: number): Session {
  const { earliestMs, latestMs } = xnysClose(epochDay);
  return { startMs: epochDay * DAY_MS, closesAtMs: latestMs, mayCloseAtMs: earliestMs };
}

const barFrom = (startMs: number, lengthMs: number): Session => ({
  startMs,
  closesAtMs: startMs + lengthMs,
  mayCloseAtMs: startMs + lengthMs,
});

function nextSession(calendar: Calendar, { startMs, closesAtMs }: Session): Session {
  switch (calendar) {
    case 'XNYS':
      return sessionOn(nextXnysSession(epochDayAt(startMs)));
    case '24x7':
      return barFrom(closesAtMs, closesAtMs - startMs);
  }
}
