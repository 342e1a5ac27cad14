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
    const entered = overload.enter(shownKeyOf(request));
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

/** Id of the key that a request shows, proven or not; '' for none. */
function shownKeyOf({ headers }: Request): string {
  const authorization = headers.get('authorization') ?? '';
  const end = authorization.indexOf('.');
  return end < 0 || end > shownCharsMax ? '' : authorization.slice(authorization.indexOf(' ') + 1, end);
}

/** Of the longest id, with its scheme. */
const shownCharsMax = 80;

/** Decisions, their replays, scores, and streams that would be opened. */
function mayBeShed({ url, method }: Request): boolean {
  const path = pathOf(url);
  if (method === 'POST') return path.startsWith('/v1/decisions') || path.startsWith('/v2/models/');
  return path.startsWith('/v1/stream');
}

/** As the routes see it: letters that need no escape may be escaped. */
function pathOf(url: string): string {
  const path = url.slice(url.indexOf('/', 'https://'.length));
  if (!path.includes('%')) return path;
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
