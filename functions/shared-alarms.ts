import type { Alarms, Clock } from '../src/core/clock.ts';

/** Alarms shorter or longer than this have timers of their own. */
const sharedMsMin = 1_000;
const sharedMsMax = 20_000;
const tickMs = 100;
/** With the longest alarm below the 30 s that Workers leave to work behind an answer. */
const newcomersMs = 5_000;
/** A timer this late went with the request that set it. */
const deadAfterMs = 1_000;

interface Alarm {
  readonly dueAtMs: number;
  /** Null once it rang or was stopped; the next tick forgets it then. */
  ring: (() => void) | null;
}

/** Alarms behind one timer, of the request that set the first of them. */
interface Watch {
  /** No set, which costs more to enter and leave than the rest of an alarm. */
  readonly waiting: Alarm[];
  readonly newcomersUntilMs: number;
  tickDueAtMs: number;
}

interface SharedAlarmsOptions {
  /** As the runtime has them. */
  readonly own: Alarms;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Keeps a timer of the request that is asking alive past its answer. */
  readonly waitUntil: (work: Promise<void>) => void;
}

/**
 * Longer alarms of many requests behind one timer, which rings up to a tenth of a second late. A timer that is set and cleared costs
 * Deno more than reading a body, and workerd a tenth of a decision, and every body has an alarm that mostly never rings.
 *
 * `ring` runs in another request's turn, so on Workers it may settle promises and do no more: what waits for them goes on in its own
 * request (compatibility flag `handle_cross_request_promise_resolution`, of every date from 2024-10-14). A watch that was cut off is
 * taken over by the next alarm; where none comes, nobody else is held up by who rings late.
 */
export function sharedAlarms({ own, clock, waitUntil }: SharedAlarmsOptions): Alarms {
  let current: Watch | undefined;

  function keep(watch: Watch): Promise<void> {
    return new Promise((resolve) => {
      own.setAlarm(tickMs, tick);
      function tick(): void {
        const nowMs = clock.monotonicMs();
        for (const alarm of watch.waiting.splice(0))
          if (isStillWaiting(alarm, nowMs)) watch.waiting.push(alarm);
        watch.tickDueAtMs = nowMs + tickMs;
        if (watch.waiting.length > 0) return void own.setAlarm(tickMs, tick);
        if (current === watch) current = undefined;
        resolve();
      }
    });
  }

  function watchOf(nowMs: number): Watch {
    const isDead = current !== undefined && nowMs > current.tickDueAtMs + deadAfterMs;
    if (current && !isDead && nowMs < current.newcomersUntilMs) return current;
    const watch: Watch = {
      waiting: [],
      newcomersUntilMs: nowMs + newcomersMs,
      tickDueAtMs: nowMs + tickMs,
    };
    if (current && isDead) watch.waiting.push(...current.waiting.splice(0));
    current = watch;
    waitUntil(keep(watch));
    return watch;
  }

  return {
    setAlarm(durationMs, ring) {
      if (durationMs < sharedMsMin || durationMs > sharedMsMax) return own.setAlarm(durationMs, ring);
      const nowMs = clock.monotonicMs();
      const alarm: Alarm = { dueAtMs: nowMs + durationMs, ring };
      watchOf(nowMs).waiting.push(alarm);
      return () => {
        alarm.ring = null;
      };
    },
  };
}

/** Rings it where it is due. */
function isStillWaiting(alarm: Alarm, nowMs: number): boolean {
  const { ring, dueAtMs } = alarm;
  if (ring === null || nowMs < dueAtMs) return ring !== null;
  alarm.ring = null;
  ring();
  return false;
}
