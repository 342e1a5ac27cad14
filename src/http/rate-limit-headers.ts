import type { BucketState } from '../control/view.ts';

/**
 * IETF RateLimit fields (draft-ietf-httpapi-ratelimit-headers-11): the policy, and what is left of it as far
 * as this isolate knows. `w` is the time in which an empty bucket fills, in whole seconds.
 */
export function rateLimitHeaders(bucket: BucketState): Record<string, string> {
  const windowSeconds = Math.max(1, Math.ceil(bucket.burst / bucket.ratePerSecond));
  const resetSeconds = Math.ceil(bucket.retryAfterMs / 1000);
  return {
    'ratelimit-policy': `"decide";q=${bucket.burst};w=${windowSeconds}`,
    ratelimit: `"decide";r=${bucket.remaining};t=${resetSeconds}`,
  };
}
