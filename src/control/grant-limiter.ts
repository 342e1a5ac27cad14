import { Ratelimit, type RatelimitConfig } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis';
import type { Clock } from '../core/clock.ts';
import { isAdmitted } from './is-admitted.ts';
import type { Ledger } from './ledger.ts';

interface GrantLimiterOptions {
  readonly redis: Redis;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

export interface GrantLimiter {
  /** Spends tokens of a key, all or none; false when it has too few, or the ledger does not know it. */
  admit(keyId: string, tokens: number): Promise<boolean>;
}

type Algorithm = RatelimitConfig['limiter'];

const prefix = 'grant';

/**
 * `@upstash/ratelimit` on the warm path, with an algorithm of our own that draws from local grants: no network.
 * Everything in the package that would admit by default or ask Redis is off: `timeout` 0 (else an overdue
 * answer is a success), no ephemeral cache, analytics or deny list.
 */
export function createGrantLimiter({ redis, ledger, clock }: GrantLimiterOptions): GrantLimiter {
  const limiter = new Ratelimit({
    redis,
    limiter: drawFrom(ledger, clock),
    prefix,
    timeout: 0,
    ephemeralCache: false,
    analytics: false,
    enableProtection: false,
    enableTelemetry: false,
  });
  return { admit: async (keyId, tokens) => isAdmitted(await limiter.limit(keyId, { rate: tokens })) };
}

function drawFrom(ledger: Ledger, clock: Clock): Algorithm {
  const facts = (keyId: string) => {
    const { burst, remaining, retryAfterMs } = ledger.state(keyId, clock.monotonicMs());
    return { limit: burst, remaining, reset: clock.nowMs() + retryAfterMs };
  };
  const keyIdOf = (identifier: string): string => identifier.slice(prefix.length + 1);
  return () => ({
    async limit(_context, identifier, rate = 1) {
      if (!Number.isInteger(rate) || rate < 1) throw new RangeError(`${rate} tokens cannot be drawn`);
      const keyId = keyIdOf(identifier);
      const pending = Promise.resolve();
      // A key that was forgotten has no facts, and no token.
      if (!ledger.take(keyId, clock.monotonicMs(), rate))
        return { success: false, limit: 0, remaining: 0, reset: 0, pending };
      return { success: true, ...facts(keyId), pending };
    },
    async getRemaining(_context, identifier) {
      return facts(keyIdOf(identifier));
    },
    async resetTokens() {
      throw new TypeError('grants expire, they are not reset');
    },
  });
}
