import type { Redis } from '@upstash/redis';
import { redisKeys } from './redis-keys.ts';

/** By which the isolates have one of them do what is due by the minute. */
export interface TickClaim {
  /** Whether the caller is to do it. Never throws; nobody is, while Redis is away. */
  claim(): Promise<boolean>;
  /** Says that somebody does it now, whoever claimed it. Never throws. */
  tell(): Promise<void>;
}

/** Above a cron's minute: where one ticks, no isolate's traffic does. */
const claimMs = 65_000;

export function createTickClaim(redis: Pick<Redis, 'set'>): TickClaim {
  const set = (nx: true | undefined): Promise<boolean> =>
    redis.set(redisKeys.tickClaim, 'claimed', nx ? { nx, px: claimMs } : { px: claimMs }).then(
      (reply) => reply === 'OK',
      () => false,
    );
  return {
    claim: () => set(true),
    async tell() {
      await set(undefined);
    },
  };
}
