import type { z } from '@hono/zod-openapi';
import { problemSchema } from './decision-schemas.ts';

/** What an answer may carry beside its body. A route's response names those it carries. */
export const responseHeaders = {
  traceparent: 'W3C trace context of this request; not of one that is refused with OVERLOADED.',
  'Server-Timing':
    'Stages of the answer and their durations, in milliseconds; left out where the service is busy.',
  'Service-Load': '`busy` or `shedding`, as `load` of a decision; left out where it is normal.',
  RateLimit: 'What is left: `"decide";r=<tokens>;t=<seconds until the next>`.',
  'RateLimit-Policy': 'The bucket of the key: `"decide";q=<burst>;w=<seconds in which it fills>`.',
  'Retry-After': 'Seconds after which a repeat makes sense.',
  'Idempotency-Replayed': '`true`: these are the bytes of an earlier answer to this key.',
  'WWW-Authenticate': 'The schemes that keys go by: `Bearer`, and `HMAC-SHA256` for signed requests.',
} as const;

export type ResponseHeader = keyof typeof responseHeaders;

const onEveryAnswer = ['traceparent', 'Server-Timing', 'Service-Load'] as const;
export const ofABucket = ['RateLimit', 'RateLimit-Policy'] as const;

export const headersOf = (names: readonly ResponseHeader[]) =>
  Object.fromEntries(
    [...onEveryAnswer, ...names].map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );

export const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
export const answer = (description: string, schema: z.ZodType, headers: readonly ResponseHeader[] = []) => ({
  description,
  headers: headersOf(headers),
  content: json(schema),
});
export const problem = (description: string, headers: readonly ResponseHeader[] = []) => ({
  description,
  headers: headersOf(headers),
  content: { 'application/problem+json': { schema: problemSchema } },
});

export const unauthenticated = problem('Key missing, wrong or revoked', ['WWW-Authenticate']);
export const failed = problem('The service failed; nothing is known of the outcome');
export const limited = problem('Rate limit spent, or too many failed logins', [...ofABucket, 'Retry-After']);
