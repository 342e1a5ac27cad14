import { hasShare } from '../../core/has-share.ts';
import { createInFlight, type InFlight } from './in-flight.ts';

/** What entered, and whose share it is of; null where nobody had to share. */
export interface Place {
  readonly span: number;
  readonly sharer: string | null;
}

/** What is under way at once, in all and by who shares it. */
export interface SharedFlight {
  /** Whether one more of `sharer` fits where `most` may be under way. */
  hasRoom(sharer: string | null, most: number, nowMs: number): boolean;
  enter(sharer: string | null, nowMs: number): Place;
  leave(place: Place): void;
  count(nowMs: number): number;
}

/** Counts that are 0 are forgotten once there are so many. */
const countsMin = 256;

/** `lifeMs`: see in-flight.ts. What entered before anybody had to share is nobody's share until it leaves. */
export function createSharedFlight(lifeMs: number): SharedFlight {
  const all = createInFlight(lifeMs);
  const bySharer = new Map<string, InFlight>();
  let countsMax = countsMin;

  function flightOf(sharer: string, nowMs: number): InFlight {
    const held = bySharer.get(sharer);
    if (held) return held;
    if (bySharer.size >= countsMax) {
      for (const [name, flight] of bySharer) if (flight.count(nowMs) === 0) bySharer.delete(name);
      countsMax = Math.max(countsMin, 2 * bySharer.size);
    }
    const flight = createInFlight(lifeMs);
    bySharer.set(sharer, flight);
    return flight;
  }

  return {
    hasRoom(sharer, most, nowMs) {
      const free = most - all.count(nowMs);
      if (free <= 0 || sharer === null) return free > 0;
      return hasShare(bySharer.get(sharer)?.count(nowMs) ?? 0, free);
    },
    enter(sharer, nowMs) {
      if (sharer !== null) flightOf(sharer, nowMs).enter(nowMs);
      return { span: all.enter(nowMs), sharer };
    },
    leave({ span, sharer }) {
      all.leave(span);
      if (sharer !== null) bySharer.get(sharer)?.leave(span);
    },
    count: all.count,
  };
}
