import type { Overload } from '../control/overload/overload.ts';
import type { Place } from '../control/overload/shared-flight.ts';
import type { Arrival } from './arrival.ts';
import { problemResponse } from './problem.ts';

interface Door {
  /** Null for what is never shed; undefined where it is refused. */
  enter(arrival: Arrival): Place | null | undefined;
  leave(entered: Place): void;
  refusal(): Response;
}

/** A client that comes back at once would find the same. */
export const overloaded = { code: 'OVERLOADED', retryAfterMs: 1_000 } as const;

/**
 * Refuses what asks for decisions where there is no room for it, before anything of it is read. What an operator does and
 * what tells of the service passes whatever happens.
 */
export function createSheddingDoor(overload: Pick<Overload, 'enter' | 'leave'>): Door {
  return {
    enter: (arrival) => (mayBeShed(arrival) ? overload.enter(shownKeyOf(arrival)) : null),
    leave: overload.leave,
    refusal: () =>
      problemResponse(overloaded, { 'service-load': 'shedding', 'x-content-type-options': 'nosniff' }),
  };
}

/** Id of the key that a request shows, proven or not; '' for none. */
function shownKeyOf({ authorization }: Arrival): string {
  const end = authorization?.indexOf('.') ?? -1;
  if (authorization === null || end < 0 || end > shownCharsMax) return '';
  return authorization.slice(authorization.indexOf(' ') + 1, end);
}

/** Of the longest id, with its scheme. */
const shownCharsMax = 80;

/** Decisions, their replays, scores, and streams that would be opened. */
function mayBeShed({ target, method }: Arrival): boolean {
  const path = pathOf(target);
  if (method === 'POST') return path.startsWith('/v1/decisions') || path.startsWith('/v2/models/');
  return path.startsWith('/v1/stream');
}

/** As the routes see it: letters that need no escape may be escaped. */
function pathOf(target: string): string {
  if (!target.includes('%')) return target;
  try {
    return decodeURI(target);
  } catch {
    return target;
  }
}
