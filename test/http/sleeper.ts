import { clock, timers } from '../../functions/web-platform.ts';

/** Real time of an isolate that may sleep: its monotonic clock goes on at once by as much as it slept. */
export function sleeper() {
  let sleptMs = 0;
  const time = { ...clock, ...timers, monotonicMs: () => clock.monotonicMs() + sleptMs };
  return {
    time,
    sleep(durationMs: number): void {
      sleptMs += durationMs;
    },
  };
}
