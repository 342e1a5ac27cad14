/** What `@upstash/ratelimit` answers, as far as it is believed. */
interface LimiterAnswer {
  readonly success: unknown;
  readonly limit: unknown;
  readonly remaining: unknown;
  readonly reason?: unknown;
}

/**
 * Fails closed over an answer of `@upstash/ratelimit`, which reports `success: true` with `limit: 0` and
 * `reason: 'timeout'` when Redis did not answer. Only a plain success with real numbers admits.
 */
export const isAdmitted = (answer: LimiterAnswer): boolean =>
  answer.success === true &&
  answer.reason === undefined &&
  isCount(answer.limit) &&
  answer.limit > 0 &&
  isCount(answer.remaining);

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0;
