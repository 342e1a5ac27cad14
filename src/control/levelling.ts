import type { Timers } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Control } from './control.ts';
import { isBehind, mergeControlStates, restrictionsBehind } from './control-state.ts';
import type { Change, DurableControl } from './durable-control.ts';
import type { SharedControl } from './sync.ts';
import type { ControlState, OperatorHeartbeat } from './view.ts';

/** What the two stores say of the control state, each by itself. */
export interface StoreReadings {
  /** Undefined where Redis holds nothing. */
  readonly redis: Result<ControlState | undefined, string>;
  readonly database: Result<ControlState, string>;
  /** Null while Redis cannot be read. */
  readonly operator: OperatorReading | null;
}

export interface OperatorReading {
  readonly heartbeat: OperatorHeartbeat;
  /** When one was heard last, in epoch milliseconds of Redis' clock; null for never. */
  readonly heardAtMs: number | null;
}

export interface Levelling {
  read(): Promise<StoreReadings>;
  /**
   * Brings what one store, or this isolate, knows alone to both: to Redis all of it, to libSQL whatever holds back. Answers the
   * state of both, or why they do not have one; then it is to be tried again.
   */
  level(change: Change): Promise<Result<ControlState, string>>;
  /** Levels until it has worked, for as long as work behind an answer may last. */
  untilLevel(change: Change): Promise<void>;
}

interface LevellingOptions {
  readonly shared: Pick<SharedControl, 'sync' | 'seed'>;
  readonly durable: Pick<DurableControl, 'load' | 'raise'>;
  /** All that was ever seen here: Redis may have confirmed a halt that libSQL did not, and have lost it since. */
  readonly control: Pick<Control, 'highest'>;
  readonly ids: IdSource;
  readonly timers: Timers;
  /** The longest silence of operators, in milliseconds; 0 for any. */
  readonly heartbeatMsMax: number;
}

/** Together some 20 s: Workers leave 30 s to work behind an answer. */
const retryMs = [50, 100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000, 3_000, 3_000] as const;

export function createLevelling(options: LevellingOptions): Levelling {
  const { shared, durable, control, ids, timers, heartbeatMsMax } = options;

  async function readRedis(): Promise<Pick<StoreReadings, 'redis' | 'operator'>> {
    const ask = {
      requestId: ids.next(),
      epoch: undefined,
      revocationCursor: Number.MAX_SAFE_INTEGER,
      heartbeatMsMax,
      wants: [],
    };
    const reply = await shared.sync(ask);
    if (!reply.ok) return { redis: reply, operator: null };
    if (reply.value.kind === 'stale') {
      const heartbeat = heartbeatMsMax === 0 ? 'off' : 'silent';
      return { redis: ok(undefined), operator: { heartbeat, heardAtMs: null } };
    }
    const { control, operator: heartbeat, heartbeatAtUs } = reply.value;
    const heardAtMs = heartbeatAtUs === 0 ? null : Math.floor(heartbeatAtUs / 1_000);
    return { redis: ok(control), operator: { heartbeat, heardAtMs } };
  }

  async function read(): Promise<StoreReadings> {
    const [inRedis, database] = await Promise.all([readRedis(), durable.load()]);
    return { ...inRedis, database };
  }

  async function level(change: Change): Promise<Result<ControlState, string>> {
    const { redis, database } = await read();
    if (!redis.ok) return redis;
    if (!database.ok) return database;
    const merged = [redis.value, control.highest()].reduce<ControlState>(
      (all, told) => (told ? mergeControlStates(all, told) : all),
      database.value,
    );
    const behind = restrictionsBehind(database.value, merged);
    const isLevel = redis.value !== undefined && !isBehind(redis.value, merged);
    if (behind.length === 0 && isLevel) return ok(merged);
    const raised = await Promise.all(behind.map((entry) => durable.raise(entry, change)));
    const seeded = await shared.seed(merged);
    return [...raised, seeded].find((done) => !done.ok) ?? err('the stores were not level');
  }

  return {
    read,
    level,
    async untilLevel(change) {
      for (const waitMs of retryMs) {
        if ((await level(change)).ok) return;
        await timers.sleep(waitMs);
      }
    },
  };
}
