import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis';
import { isAdmitted } from './is-admitted.ts';
import { redisKeys } from './redis-keys.ts';

interface FailedLoginLimiterOptions {
  readonly redis: Redis;
}

const perMinute = 30;

/**
 * Counts a failed login of an address with the package's stock sliding window; false means that the address
 * has had too many, or that it could not be counted. Only failures come here: a right key costs no call.
 * It takes the caller's wall clock, so a wrong clock shifts the windows; the keys' 256 random bits do not
 * depend on it.
 */
export function createFailedLoginLimiter({
  redis,
}: FailedLoginLimiterOptions): (clientAddress: string) => Promise<boolean> {
  const limiter = new Ratelimit({
    redis,
    limiter: Ratelimit.slidingWindow(perMinute, '60 s'),
    prefix: redisKeys.failedLogins,
    timeout: 0,
    ephemeralCache: false,
    analytics: false,
    enableProtection: false,
    enableTelemetry: false,
  });
  return async (clientAddress) => {
    try {
      return isAdmitted(await limiter.limit(clientAddress));
    } catch {
      return false;
    }
  };
}
