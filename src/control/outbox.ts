import type { Redis } from '@upstash/redis';
import type { Kept, Outbox } from '../audit/outbox-drain.ts';
import type { IdSource } from '../core/ids.ts';
import { err, ok, type Result } from '../core/result.ts';
import { createRedisScript, type ReplyFields } from '../store/redis-script.ts';
import { dropScript, keepScript, takeScript } from './lua/outbox.ts';
import { redisKeys } from './redis-keys.ts';

interface OutboxOptions {
  readonly redis: Redis;
  readonly ids: IdSource;
}

/** Of some kilobytes each; beyond it `durability: outbox` is refused. */
const waitingMax = 100_000;
/** Above one batch's write at the database's deadline. */
const leaseMs = 15_000;
const batchMax = 128;
/** What comes whole within Redis' deadline, and keeps it from its other callers for a moment only. */
const batchBytesMax = 262_144;

/**
 * Records in a Redis stream. What is kept there outlives its isolate; it is lost only with Redis' own last writes (Upstash
 * replicates behind its answers; a local redis-server writes and syncs its file before them, and loses none).
 */
export function createOutbox({ redis, ids }: OutboxOptions): Outbox {
  const keep = createRedisScript(redis, keepScript);
  const take = createRedisScript(redis, takeScript);
  const drop = createRedisScript(redis, dropScript);
  const { outbox, outboxLease, outboxSetAside } = redisKeys;
  let owner: string | undefined;

  return {
    async keep(record) {
      const reply = await keep.run([outbox], [JSON.stringify(record), String(waitingMax)]);
      return expectOutcome(reply, 'kept');
    },
    async take() {
      owner ??= ids.next();
      const reply = await take.run(
        [outbox, outboxLease],
        [owner, String(leaseMs), String(batchMax), String(batchBytesMax)],
      );
      if (!reply.ok) return reply;
      const { outcome, ...kept } = Object.fromEntries(reply.value);
      if (outcome === 'held') return ok(null);
      if (outcome !== 'taken') return err('the script gave a malformed reply');
      return ok(Object.entries(kept).map(([id, text]): Kept => ({ id, text })));
    },
    async drop(fates) {
      return expectOutcome(await drop.run([outbox, outboxSetAside], [...fates].flat()), 'dropped');
    },
  };
}

function expectOutcome(reply: Result<ReplyFields, string>, outcome: string): Result<void, string> {
  if (!reply.ok) return reply;
  const given = reply.value.get('outcome');
  return given === outcome ? ok(undefined) : err(`the outbox is ${given ?? 'malformed'}`);
}
