import { type ProblemCode, problemCodes } from '../core/codes.ts';

/** One thing wrong with a request, at its path: `bars[3].h`. */
export interface Fault {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** A refusal on its way out. Carries what the client may know and nothing of the inside. */
export interface Problem {
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly faults?: readonly Fault[];
  readonly retryAfterMs?: number;
}

/** What a 401 must say (RFC 9110 §11.6.1); the scheme wants a parameter (RFC 6750 §3). */
const challenge = { 'www-authenticate': 'Bearer realm="ultrathink"' };

/**
 * RFC 9457 problem details. `type` is a relative reference into the docs page, where each code is explained.
 */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  const { status, title } = problemCodes[problem.code];
  const body = {
    type: `/docs#${problem.code}`,
    title,
    status,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(problem.faults === undefined ? {} : { errors: problem.faults }),
  };
  const retryAfter =
    problem.retryAfterMs === undefined
      ? {}
      : { 'retry-after': String(Math.max(1, Math.ceil(problem.retryAfterMs / 1000))) };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...headers,
      ...retryAfter,
      ...(status === 401 ? challenge : {}),
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    },
  });
}
