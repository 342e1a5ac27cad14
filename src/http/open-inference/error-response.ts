import { type ProblemCode, problemCodes } from '../../core/codes.ts';
import type { Problem } from '../problem.ts';

/** The protocol asks for 400 for what does not fit and 404 for a model that is not there; our own routes say 422. */
const statuses: Partial<Record<ProblemCode, number>> = { INVALID_REQUEST: 400, UNKNOWN_MODEL: 404 };

/**
 * A refusal in the protocol's form, `{"error": string}` (Open Inference Protocol v2, inference_rest). Its text begins
 * with the code of our closed list, so a client of both APIs can tell them apart.
 */
export function errorResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  const { code, detail, faults, retryAfterMs } = problem;
  const { status, title } = problemCodes[code];
  const faultTexts = faults?.map(({ path, message }) => `${path} ${message}`.trim());
  const text = faultTexts?.join('; ') ?? detail ?? title;
  const retryAfter =
    retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
  return new Response(JSON.stringify({ error: `${code}: ${text}` }), {
    status: statuses[code] ?? status,
    headers: {
      ...headers,
      ...retryAfter,
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="ultrathink"' } : {}),
      'content-type': 'application/json',
      'cache-control': 'no-store',
    },
  });
}
