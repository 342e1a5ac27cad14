import type { Redis } from '@upstash/redis';
import type { Kept, Outbox } from '../audit/outbox-drain.ts';
import type { IdSource } from '../core/ids.ts';
import { err, ok, type Result } from '../core/result.ts';
import { createRedisScript, type ReplyFields } from '../store/redis-script.ts';
import { amountScript, keepScript, settleScript, takeScript } from './lua/outbox.ts';
import { redisKeys } from './redis-keys.ts';

interface OutboxOptions {
  readonly redis: Redis;
  readonly ids: IdSource;
}

/** What the outbox holds. */
export interface OutboxAmount {
  /** Records that wait for the database. */
  readonly waiting: number;
  /** Records that wait for a person (control/set-aside.ts). */
  readonly setAside: number;
  /** Of both. */
  readonly bytes: number;
}

/** The outbox, and how much there is in it. */
export interface RedisOutbox extends Outbox {
  amount(): Promise<Result<OutboxAmount, string>>;
}

/** Records that wait or are set aside, and their bytes; beyond either `durability: outbox` is refused. */
const recordsMax = 100_000;
const bytesMax = 67_108_864;
/** Beyond those: an entry is of a few hundred bytes, and tells who halted. */
const entriesReserve = 10_000;
const entriesReserveBytes = 8_388_608;
/** Above one batch's write at the database's deadline. */
const leaseMs = 15_000;
/** What comes whole within Redis' deadline, and keeps it from its other callers for a moment only. */
const takeBytesMax = 262_144;
/** A deployment that changes its secret has isolates of both for a while. */
const foreignMsMax = 3_600_000;

/**
 * Records in a Redis stream. What is kept there outlives its isolate; it is lost only with Redis' own last writes (Upstash
 * replicates behind its answers; a local redis-server writes and syncs its file before them, and loses none).
 */
export function createOutbox({ redis, ids }: OutboxOptions): RedisOutbox {
  const keep = createRedisScript(redis, keepScript);
  const take = createRedisScript(redis, takeScript);
  const settle = createRedisScript(redis, settleScript);
  const amount = createRedisScript(redis, amountScript);
  const { outbox, outboxLease, outboxSetAside, outboxBytes } = redisKeys;
  const held = [outbox, outboxSetAside, outboxBytes];
  let owner: string | undefined;

  return {
    async keep(record) {
      const isEntry = 'verb' in record;
      const bounds = [
        recordsMax + (isEntry ? entriesReserve : 0),
        bytesMax + (isEntry ? entriesReserveBytes : 0),
      ];
      const reply = await keep.run(held, [JSON.stringify(record), ...bounds.map(String)]);
      return expectOutcome(reply, 'kept');
    },
    async take(takeMax) {
      owner ??= ids.next();
      const reply = await take.run(
        [outbox, outboxLease],
        [owner, String(leaseMs), String(takeMax), String(takeBytesMax)],
      );
      if (!reply.ok) return reply;
      const { outcome, ...kept } = Object.fromEntries(reply.value);
      if (outcome === 'held') return ok(null);
      if (outcome !== 'taken') return err('the script gave a malformed reply');
      return ok(Object.entries(kept).map(([id, text]): Kept => ({ id, text })));
    },
    async settle(fates) {
      const told = [...fates].flatMap(([id, { kind, reason }]) => [id, kind, reason]);
      return expectOutcome(await settle.run(held, [String(foreignMsMax), ...told]), 'settled');
    },
    async amount() {
      const reply = await amount.run(held, []);
      if (!reply.ok) return reply;
      const numberOf = (name: string): number => Number(reply.value.get(name) ?? Number.NaN);
      const told = {
        waiting: numberOf('waiting'),
        setAside: numberOf('setAside'),
        bytes: numberOf('bytes'),
      };
      return Object.values(told).every(Number.isSafeInteger)
        ? ok(told)
        : err('the script gave a malformed reply');
    },
  };
}

function expectOutcome(reply: Result<ReplyFields, string>, outcome: string): Result<void, string> {
  if (!reply.ok) return reply;
  const given = reply.value.get('outcome');
  return given === outcome ? ok(undefined) : err(`the outbox is ${given ?? 'malformed'}`);
}
