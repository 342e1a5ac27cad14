import type { Alarms, Clock, Random, Timers } from '../src/core/clock.ts';

/** Clock, timers and randomness from Web APIs, the same on all three runtimes. */
export const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export const timers: Timers & Alarms = {
  sleep: (durationMs, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(done, durationMs);
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      }
      if (signal?.aborted) done();
      else signal?.addEventListener('abort', done);
    }),
  setAlarm(durationMs, ring) {
    const timer = setTimeout(ring, durationMs);
    return () => clearTimeout(timer);
  },
};

export const random: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

export const report = (failure: unknown): void => console.error(failure);
