import type { BucketState, PermitAsk } from './view.ts';

/**
 * What a key may ask for while the shared buckets cannot be reached: answers that are HOLD, and that cost a record all the
 * same. A bucket of the key's own limit in each isolate, so that such answers come no faster than permitted ones would.
 */
export interface UnsharedAllowance {
  /** Spends tokens, all or none; where it has too few, says when it will have them. */
  spend(ask: PermitAsk, tokens: number, nowMs: number): BucketState | undefined;
}

interface Held {
  tokens: number;
  countedAtMs: number;
}

/** `keysMax`: keys remembered; the one that asked first is forgotten, and begins with a full bucket again. */
export function createUnsharedAllowance(keysMax: number): UnsharedAllowance {
  const buckets = new Map<string, Held>();

  function bucketOf({ keyId, burst, ratePerSecond }: PermitAsk, nowMs: number): Held {
    const held = buckets.get(keyId) ?? { tokens: burst, countedAtMs: nowMs };
    const refill = ((nowMs - held.countedAtMs) * ratePerSecond) / 1000;
    const bucket = { tokens: Math.min(burst, held.tokens + refill), countedAtMs: nowMs };
    const [oldest] = buckets.keys();
    if (!buckets.has(keyId) && buckets.size >= keysMax && oldest !== undefined) buckets.delete(oldest);
    buckets.set(keyId, bucket);
    return bucket;
  }

  return {
    spend(ask, tokens, nowMs) {
      const bucket = bucketOf(ask, nowMs);
      if (bucket.tokens >= tokens) {
        bucket.tokens -= tokens;
        return undefined;
      }
      const { burst, ratePerSecond } = ask;
      const retryAfterMs = Math.ceil(((tokens - bucket.tokens) * 1000) / ratePerSecond);
      return { remaining: 0, burst, ratePerSecond, retryAfterMs };
    },
  };
}
