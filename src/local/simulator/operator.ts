import { seedScript } from '../../control/lua/seed.ts';
import { redisKeys } from '../../control/redis-keys.ts';
import type { TradingState } from '../../risk/trading-state.ts';
import type { EmbeddedRedis } from '../embedded-redis.ts';
import type { ControlChange, ControlHistory } from './control-history.ts';
import type { Draw } from './draw.ts';
import type { EventQueue } from './event-queue.ts';
import { revocableKey } from './keys.ts';
import type { LibsqlEndpoint } from './libsql-endpoint.ts';
import type { Store } from './network.ts';

export interface Operator {
  /** Begins a change; stores that do not take it at once are asked until they do. */
  change(tradingState: TradingState): void;
  revoke(): void;
  /** When Redis took the revocation; undefined before. */
  revokedAtMs(): number | undefined;
  heal(): void;
}

interface OperatorOptions {
  readonly time: EventQueue;
  readonly draw: Draw;
  readonly redis: EmbeddedRedis;
  readonly libsql: LibsqlEndpoint;
  readonly history: ControlHistory;
  /** Probability that a store does not take a call, and that a change finds one of them out of reach for longer. */
  readonly failure: number;
  /** For how long it may be out of reach, in milliseconds. */
  readonly cutMsMax: number;
}

const retryMs = 150;

/**
 * Who halts, reduces and resumes. A halt goes to both stores at once and is in force with either; a resume goes to
 * libSQL, then to Redis, and is given up when something newer began.
 */
export function createOperator(options: OperatorOptions): Operator {
  const { time, draw, redis, libsql, history, cutMsMax } = options;
  let { failure } = options;
  const cutUntilMs: Record<Store, number> = { redis: 0, libsql: 0 };
  let revokedAtMs: number | undefined;

  /** Asks until the store took it. */
  function insist(store: Store, task: () => void, isOff: () => boolean): void {
    const callMs = draw.between(1, 8);
    time.after(
      callMs,
      () => {
        const isCut = time.monotonicMs() < cutUntilMs[store];
        if (isCut || draw.chance(failure)) time.after(retryMs, () => insist(store, task, isOff), isOff);
        else task();
      },
      isOff,
    );
  }

  function take(change: ControlChange, store: Store): void {
    const { epoch, tradingState } = change;
    if (store === 'redis') {
      const told = [String(epoch), tradingState, String(epoch), '0', ''];
      redis.run(['EVAL', seedScript, '1', redisKeys.control, ...told]);
    } else {
      libsql.execute(
        `INSERT INTO control_epochs VALUES (${epoch}, '${tradingState}', 0, 0, 'operator', 'simulated', 'global') ON CONFLICT DO NOTHING`,
      );
    }
    change.takenAtMs[store] = time.monotonicMs();
  }

  return {
    change(tradingState) {
      const change = history.begin(tradingState, time.monotonicMs());
      const isResume = tradingState === 'ACTIVE';
      const isOff = () => isResume && history.latest() !== change;
      if (draw.chance(failure))
        cutUntilMs[draw.pick(['redis', 'libsql'] as const)] = time.monotonicMs() + draw.between(0, cutMsMax);
      if (!isResume) insist('redis', () => take(change, 'redis'), isOff);
      insist(
        'libsql',
        () => {
          take(change, 'libsql');
          if (isResume) insist('redis', () => take(change, 'redis'), isOff);
        },
        isOff,
      );
    },
    revoke() {
      const nowMs = Math.floor(time.nowMs());
      const never = () => false;
      insist(
        'libsql',
        () => {
          libsql.execute(`UPDATE api_keys SET revoked_at_ms = ${nowMs} WHERE id = '${revocableKey.id}'`);
          insist(
            'redis',
            () => {
              const [seconds, micros] = redis.run(['TIME']) as [string, string];
              const score = String(Number(seconds) * 1_000_000 + Number(micros));
              redis.run(['ZADD', redisKeys.revocations, score, revocableKey.id]);
              revokedAtMs = time.monotonicMs();
            },
            never,
          );
        },
        never,
      );
    },
    revokedAtMs: () => revokedAtMs,
    heal() {
      failure = 0;
      cutUntilMs.redis = 0;
      cutUntilMs.libsql = 0;
    },
  };
}
