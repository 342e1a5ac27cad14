import { type ProblemCode, problemCodes } from '../core/codes.ts';
import { type Reply, responseOf } from './reply.ts';

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

/** What a 401 must say (RFC 9110 §11.6.1); the first scheme wants a parameter (RFC 6750 §3). */
const challenge = { 'www-authenticate': 'Bearer realm="ultrathink", HMAC-SHA256' };

/** RFC 9457 problem details. */
export interface ProblemBody {
  /** A relative reference into the docs page, where each code is explained. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly errors?: readonly Fault[];
}

export function problemBody({ code, detail, faults }: Problem): ProblemBody {
  const { status, title } = problemCodes[code];
  return {
    type: `/docs#${code}`,
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...(faults === undefined ? {} : { errors: faults }),
  };
}

export const problemResponse = (problem: Problem, headers?: Readonly<Record<string, string>>): Response =>
  responseOf(problemReply(problem, headers));

export function problemReply(problem: Problem, headers: Readonly<Record<string, string>> = {}): Reply {
  const body = problemBody(problem);
  const { status } = body;
  const retryAfter =
    problem.retryAfterMs === undefined
      ? {}
      : { 'retry-after': String(Math.max(1, Math.ceil(problem.retryAfterMs / 1000))) };
  return {
    status,
    body: JSON.stringify(body),
    headers: {
      ...headers,
      ...retryAfter,
      ...(status === 401 ? challenge : {}),
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    },
  };
}
