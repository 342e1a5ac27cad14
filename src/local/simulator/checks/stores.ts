import { redisKeys } from '../../../control/redis-keys.ts';
import type { EmbeddedRedis } from '../../embedded-redis.ts';
import type { Check } from '../monitor.ts';

/**
 * G2: what an isolate or libSQL knows of the control state comes back to a Redis that lost it. Some time after the last
 * fault Redis holds the epoch that libSQL holds.
 */
export function stores(redis: EmbeddedRedis): Check {
  return {
    replied: () => undefined,
    ended(_exchanges, libsql) {
      const [[durable = '0'] = []] = libsql.select('SELECT max(epoch) FROM control_epochs');
      const shared = redis.run(['HGET', redisKeys.control, 'epoch']);
      return shared === durable ? [] : [`G2: Redis is at epoch ${String(shared)}, libSQL at ${durable}`];
    },
  };
}
