import type { EventQueue } from './event-queue.ts';

/**
 * Puts virtual time in the place of the two clocks that packages and the libSQL client's deadline take from the platform
 * (src/store/database.ts says why). Answers what puts the platform's own back.
 */
export function takeOverAmbientTime(time: EventQueue): () => void {
  const { now } = Date;
  const { timeout } = AbortSignal;
  Date.now = () => time.nowMs();
  AbortSignal.timeout = (durationMs) => {
    const controller = new AbortController();
    time.after(durationMs, () =>
      controller.abort(new DOMException('The operation timed out', 'TimeoutError')),
    );
    return controller.signal;
  };
  return () => {
    Date.now = now;
    AbortSignal.timeout = timeout;
  };
}
