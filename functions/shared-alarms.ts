import type { Alarms, Clock } from '../src/core/clock.ts';

/** Alarms shorter than this have timers of their own. */
const sharedMsMin = 1_000;
const tickMs = 100;

/**
 * Longer alarms behind one timer, which rings up to a tenth of a second late. Deno takes more for a timer that is set and
 * cleared than for reading a body, and every body has an alarm that mostly never rings.
 */
export function sharedAlarms(own: Alarms, clock: Pick<Clock, 'monotonicMs'>): Alarms {
  const waiting = new Set<{ readonly dueAtMs: number; readonly ring: () => void }>();
  let isTicking = false;

  function tick(): void {
    const nowMs = clock.monotonicMs();
    for (const alarm of waiting) {
      if (nowMs < alarm.dueAtMs) continue;
      waiting.delete(alarm);
      alarm.ring();
    }
    isTicking = waiting.size > 0;
    if (isTicking) own.setAlarm(tickMs, tick);
  }

  return {
    setAlarm(durationMs, ring) {
      if (durationMs < sharedMsMin) return own.setAlarm(durationMs, ring);
      const alarm = { dueAtMs: clock.monotonicMs() + durationMs, ring };
      waiting.add(alarm);
      if (!isTicking) own.setAlarm(tickMs, tick);
      isTicking = true;
      return () => void waiting.delete(alarm);
    },
  };
}
