import { createAdaptiveLimit } from './adaptive-limit.ts';
import { createInFlight } from './in-flight.ts';
import type { OverloadSettings } from './overload-settings.ts';

/** Decisions that wait for one store: a slow one holds up its own, and not those that wait for nothing. */
export interface StoreLane {
  /** @returns what `leave` takes; undefined where too many wait already */
  enter(nowMs: number): number | undefined;
  /** @returns whether the store has become slow */
  leave(entered: number, tookMs: number, nowMs: number): boolean;
  reset(): void;
}

/** How much of what a store takes at rest is forgotten in each window, so that one that was moved is not slow for ever. */
const driftShare = 0.002;

export function createStoreLane(settings: OverloadSettings): StoreLane {
  const { waitsMin, waitsMax, slowFactor, slowMs, windowMs, requestMsMax } = settings;
  const limit = createAdaptiveLimit({ min: waitsMin, max: waitsMax });
  const flight = createInFlight(requestMsMax);
  let restMs = Number.POSITIVE_INFINITY;
  let window = { startedAtMs: Number.NEGATIVE_INFINITY, count: 0, slow: 0, tookMs: 0, most: 0 };

  function judge(slowFromMs: number, nowMs: number): boolean {
    const { count, slow, tookMs, most } = window;
    const isSlow = slow * 2 > count;
    if (isSlow && most > waitsMin) limit.shrink(most, slowFromMs / (tookMs / count));
    if (!isSlow && most >= 0.8 * limit.value()) limit.grow();
    restMs *= 1 + driftShare;
    window = { startedAtMs: nowMs, count: 0, slow: 0, tookMs: 0, most: flight.count(nowMs) };
    return isSlow;
  }

  return {
    enter(nowMs) {
      const waiting = flight.count(nowMs);
      if (waiting >= limit.value()) return undefined;
      window.most = Math.max(window.most, waiting + 1);
      return flight.enter(nowMs);
    },
    leave(entered, tookMs, nowMs) {
      flight.leave(entered);
      restMs = Math.min(restMs, tookMs);
      const slowFromMs = Math.max(slowMs, slowFactor * restMs);
      window.count += 1;
      window.tookMs += tookMs;
      if (tookMs > slowFromMs) window.slow += 1;
      return nowMs - window.startedAtMs >= windowMs && judge(slowFromMs, nowMs);
    },
    reset: limit.reset,
  };
}
