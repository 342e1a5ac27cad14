import type { Clock } from '../src/core/clock.ts';

/** As far as a clock is set right without its machine having slept. */
const correctedMsMax = 250;

/**
 * A clock whose monotonic reading goes on while the machine sleeps: that of Linux, which Deno and Bun give, stands still then, and a permission of
 * before would still be live when it wakes. By how far the wall clock ran ahead of it from one reading to the next. A wall clock that was
 * set ahead looks the same, and ends leases early; one that is set back between the two readings hides as much of the sleep, and a
 * virtual machine that is frozen with both its clocks knows nothing of it. Until one that slept is set right, what is answered ends by it, so long ago.
 */
export function sleeplessClock({ nowMs, monotonicMs }: Clock): Clock {
  let sleptMs = 0;
  let aheadMs = nowMs() - monotonicMs();
  return {
    nowMs,
    monotonicMs() {
      const awakeMs = monotonicMs();
      const nowAheadMs = nowMs() - awakeMs;
      if (nowAheadMs - aheadMs > correctedMsMax) sleptMs += nowAheadMs - aheadMs;
      aheadMs = nowAheadMs;
      return awakeMs + sleptMs;
    },
  };
}
