import { DAY_MS, epochDayAt } from '../core/civil-date.ts';
import { isXnysSession, xnysCloseMs } from './xnys.ts';

/** `XNYS`: New York Stock Exchange, daily bars only. `24x7`: venues that never close. */
export type Calendar = 'XNYS' | '24x7';

/** One bar's span of trading. */
export interface Session {
  /** Start of its bar, epoch ms; for XNYS 00:00:00Z of the session's date, which names the session. */
  readonly startMs: number;
  /** From this instant on the bar is final. */
  readonly closesAtMs: number;
}

/** `open`: the last bar is not final. `stale`: a newer final bar exists, or the bar has no session. */
export type Freshness = 'fresh' | 'stale' | 'open';

/**
 * The session that a bar starting at `tMs` belongs to; undefined where the calendar has none.
 * XNYS: the bar's UTC date names the session, so midnight UTC and midnight in New York mean the same bar.
 * 24x7: every instant may start a bar, which ends one interval later.
 * Throws on an interval the calendar does not have.
 */
export function sessionOf(calendar: Calendar, intervalMs: number, tMs: number): Session | undefined {
  checkInterval(calendar, intervalMs);
  switch (calendar) {
    case 'XNYS':
      return xnysSession(epochDayAt(tMs));
    case '24x7':
      return { startMs: tMs, closesAtMs: tMs + intervalMs };
  }
}

/**
 * Start of the newest bar that is final at `nowMs`. On 24x7, of the grid whose bars start at multiples of the
 * interval since 1970-01-01T00:00:00Z.
 */
export function lastClosedBarStartMs(calendar: Calendar, intervalMs: number, nowMs: number): number {
  checkInterval(calendar, intervalMs);
  switch (calendar) {
    case 'XNYS':
      return lastClosedXnysSession(nowMs).startMs;
    case '24x7':
      return (Math.floor(nowMs / intervalMs) - 1) * intervalMs;
  }
}

/** Whether the bar starting at `tMs` is final at `nowMs`. A bar without a session never is. */
export function isClosed(calendar: Calendar, intervalMs: number, tMs: number, nowMs: number): boolean {
  const session = sessionOf(calendar, intervalMs, tMs);
  return session !== undefined && session.closesAtMs <= nowMs;
}

/**
 * Whether a decision may rest on a series whose last bar starts at `lastBarMs`. It is stale once the session
 * after it has been closed for more than `graceMs` (≥ 0), the time a feed has to bring the new bar.
 *
 * A bar whose date is no session is `stale`: either its source follows another calendar or this one does not
 * know the day, and neither can be told how old it is. Likewise an unscheduled closure that is not listed here
 * makes the bar before it stale until the next one comes. Both err towards HOLD.
 */
export function freshness(
  calendar: Calendar,
  intervalMs: number,
  lastBarMs: number,
  nowMs: number,
  graceMs: number,
): Freshness {
  const session = sessionOf(calendar, intervalMs, lastBarMs);
  if (session === undefined) return 'stale';
  if (nowMs < session.closesAtMs) return 'open';
  const next = nextSession(calendar, intervalMs, session);
  return nowMs > next.closesAtMs + graceMs ? 'stale' : 'fresh';
}

/** No closure since 2000 is longer than six days; a search past this is a broken rule, not a long holiday. */
const CLOSED_DAYS_MAX = 14;

function checkInterval(calendar: Calendar, intervalMs: number): void {
  const fits = calendar === 'XNYS' ? intervalMs === DAY_MS : Number.isInteger(intervalMs) && intervalMs > 0;
  if (!fits) throw new RangeError(`${calendar} has no bars of ${intervalMs} ms`);
}

function xnysSession(epochDay: number): Session | undefined {
  if (!isXnysSession(epochDay)) return undefined;
  return { startMs: epochDay * DAY_MS, closesAtMs: xnysCloseMs(epochDay) };
}

function lastClosedXnysSession(nowMs: number): Session {
  const today = epochDayAt(nowMs);
  for (let day = today; day >= today - CLOSED_DAYS_MAX; day -= 1) {
    const session = xnysSession(day);
    if (session !== undefined && session.closesAtMs <= nowMs) return session;
  }
  throw new RangeError(`XNYS: no session closed within ${CLOSED_DAYS_MAX} days before ${nowMs}`);
}

function nextSession(calendar: Calendar, intervalMs: number, { startMs, closesAtMs }: Session): Session {
  switch (calendar) {
    case 'XNYS':
      return nextXnysSession(epochDayAt(startMs));
    case '24x7':
      return { startMs: closesAtMs, closesAtMs: closesAtMs + intervalMs };
  }
}

function nextXnysSession(epochDay: number): Session {
  for (let day = epochDay + 1; day <= epochDay + CLOSED_DAYS_MAX; day += 1) {
    const session = xnysSession(day);
    if (session !== undefined) return session;
  }
  throw new RangeError(`XNYS: no session within ${CLOSED_DAYS_MAX} days after day ${epochDay}`);
}
