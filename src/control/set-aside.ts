import type { Redis } from '@upstash/redis';
import { ok, type Result } from '../core/result.ts';
import { createRedisScript } from '../store/redis-script.ts';
import { clearAsideScript, listAsideScript } from './lua/outbox.ts';
import { redisKeys } from './redis-keys.ts';

/** A record that no isolate could write. */
export interface AsideRecord {
  /** Its name in the stream of those set aside. */
  readonly id: string;
  /** JSON of a record or entry with its link, as far as it is one. */
  readonly text: string;
  readonly reason: string;
}

/** The records of the outbox that wait for a person, who may have them tried again or drop them for good. */
export interface SetAside {
  /** Behind `afterId`, null for the first of all; so many at most. */
  list(afterId: string | null, recordsMax: number): Promise<Result<readonly AsideRecord[], string>>;
  /** Back into the outbox, or out of it. @returns how many of them were there */
  clear(how: 'retry' | 'drop', ids: readonly string[]): Promise<Result<number, string>>;
}

export function createSetAside(redis: Redis): SetAside {
  const listing = createRedisScript(redis, listAsideScript);
  const clearing = createRedisScript(redis, clearAsideScript);
  const { outbox, outboxSetAside, outboxBytes } = redisKeys;
  return {
    async list(afterId, recordsMax) {
      const reply = await listing.run([outboxSetAside], [afterId ?? '-', String(recordsMax)]);
      if (!reply.ok) return reply;
      const records = [...reply.value].flatMap(([name, text]) => {
        if (!name.startsWith('record ')) return [];
        const id = name.slice('record '.length);
        return { id, text, reason: reply.value.get(`reason ${id}`) ?? '' };
      });
      return ok(records);
    },
    async clear(how, ids) {
      const reply = await clearing.run([outbox, outboxSetAside, outboxBytes], [how, ...ids]);
      return reply.ok ? ok(Number(reply.value.get('cleared'))) : reply;
    },
  };
}
