import { createAdaptiveLimit } from './adaptive-limit.ts';
import type { OverloadSettings } from './overload-settings.ts';
import { createSharedFlight, type Place } from './shared-flight.ts';

/** Decisions that wait for one store: a slow one holds up its own, and not those that wait for nothing. */
export interface StoreLane {
  /** @returns what `leave` takes; undefined where too many wait already, or too many of `sharer` */
  enter(sharer: string | null, nowMs: number): Place | undefined;
  /** @returns whether the store has become slow */
  leave(entered: Place, tookMs: number, nowMs: number): boolean;
  reset(): void;
}

/** How much of what a store takes at rest is forgotten in each window, so that one that was moved is not slow for ever. */
const driftShare = 0.002;

export function createStoreLane(settings: OverloadSettings): StoreLane {
  const { waitsMin, waitsMax, fullShare, slowFactor, slowMs, windowMs, requestMsMax } = settings;
  const limit = createAdaptiveLimit({ min: waitsMin, max: waitsMax });
  const flight = createSharedFlight(requestMsMax);
  let restMs = Number.POSITIVE_INFINITY;
  let window = { startedAtMs: Number.NEGATIVE_INFINITY, count: 0, slow: 0, tookMs: 0, most: 0 };

  function judge(slowFromMs: number, nowMs: number): boolean {
    const { count, slow, tookMs, most } = window;
    const isSlow = slow * 2 > count;
    if (isSlow && most > waitsMin) limit.shrink(most, slowFromMs / (tookMs / count));
    if (!isSlow && most >= fullShare * limit.value()) limit.grow();
    restMs *= 1 + driftShare;
    window = { startedAtMs: nowMs, count: 0, slow: 0, tookMs: 0, most: flight.count(nowMs) };
    return isSlow;
  }

  return {
    enter(sharer, nowMs) {
      if (!flight.hasRoom(sharer, limit.value(), nowMs)) return undefined;
      window.most = Math.max(window.most, flight.count(nowMs) + 1);
      return flight.enter(sharer, nowMs);
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
