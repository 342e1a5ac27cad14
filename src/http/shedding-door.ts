import type { Overload } from '../control/overload/overload.ts';
import { problemResponse } from './problem.ts';

type Door = (request: Request, answer: () => Promise<Response>) => Promise<Response>;

/** A client that comes back at once would find the same. */
export const overloaded = { code: 'OVERLOADED', retryAfterMs: 1_000 } as const;

/**
 * Refuses what asks for decisions where there is no room for it, before anything of it is read. What an operator does and
 * what tells of the service passes whatever happens.
 */
export function createSheddingDoor(overload: Pick<Overload, 'enter' | 'leave'>): Door {
  return async (request, answer) => {
    if (!mayBeShed(request)) return answer();
    const entered = overload.enter();
    if (entered === undefined) {
      return problemResponse(overloaded, { 'service-load': 'shedding', 'x-content-type-options': 'nosniff' });
    }
    try {
      return await answer();
    } finally {
      overload.leave(entered);
    }
  };
}

/** Decisions, their replays, scores, and streams that would be opened. */
function mayBeShed({ url, method }: Request): boolean {
  const pathAt = url.indexOf('/', 'https://'.length);
  if (method === 'POST')
    return url.startsWith('/v1/decisions', pathAt) || url.startsWith('/v2/models/', pathAt);
  return url.startsWith('/v1/stream', pathAt);
}
