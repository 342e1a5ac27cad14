import type { Alarms, Timers } from '../src/core/clock.ts';
import { timers } from './web-platform.ts';

/**
 * A sleep of no time is a turn of the event loop. `setTimeout` makes more than a millisecond of it, and `setImmediate` lets in what
 * has arrived just as well; on Deno it does not.
 */
export const bunTimers: Timers & Alarms = {
  ...timers,
  sleep: (durationMs, signal) =>
    durationMs === 0 ? new Promise((resolve) => setImmediate(resolve)) : timers.sleep(durationMs, signal),
};
