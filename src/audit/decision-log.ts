import type { Clock, Timers } from '../core/clock.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import type { DecisionRecord } from './decision-record.ts';

/**
 * The decision log's memory. Records wait in one bounded queue and leave it in batches, behind the answers.
 *
 * | state    | event                        | next     | effect                                        |
 * |----------|------------------------------|----------|-----------------------------------------------|
 * | idle     | append                       | flushing | this request's `waitUntil` owns the flush      |
 * | flushing | append                       | flushing | the owner will take it                         |
 * | flushing | batch written                | flushing | its records leave the queue                    |
 * | flushing | write failed                 | flushing | records stay; the owner waits and tries again  |
 * | flushing | queue empty                  | idle     |                                                |
 * | flushing | owner's time is up           | idle     | the next append or tick takes over             |
 * | flushing | owner died (lease ran out)   | flushing | the next append or tick owns it                |
 *
 * Ownership is plain data with a lease, not a promise: on Workers a promise of a finished request never
 * settles. Two owners at once are harmless, since rows are keyed by id and inserted once.
 */
export interface DecisionLog {
  /** False when another record would pass a bound; the decision must then be HOLD `LOG_UNAVAILABLE`. */
  hasRoom(): boolean;
  /** Queues a record; the caller has checked `hasRoom` in the same turn. */
  append(record: DecisionRecord, scope: RequestScope): void;
  /** Writes one record now. A failure leaves it unknown whether the row exists. */
  acknowledge(record: DecisionRecord): Promise<Result<void, string>>;
  /** Flushes what waits, as an owner of its own; for jobs and shutdown. True when nothing is left. */
  drain(deadlineMs: number): Promise<boolean>;
  status(): LogStatus;
}

export interface LogStatus {
  readonly pendingRecords: number;
  readonly pendingBytes: number;
  /** Age of the oldest waiting record in milliseconds; 0 when none waits. */
  readonly behindMs: number;
  readonly lastFailure: string | null;
}

export interface DecisionLogOptions {
  /** Inserts rows idempotently (same id, no second row) in one statement. */
  readonly insert: (records: readonly DecisionRecord[]) => Promise<Result<void, string>>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Bound on the records' text held in memory, in UTF-16 code units; beyond it decisions are HOLD. */
  readonly pendingBytesMax: number;
  /** Records a statement, at most. */
  readonly batchMax: number;
  /**
   * How long one owner may work, in milliseconds. On Workers below the 30 s after which `waitUntil` is cut;
   * elsewhere it may be long.
   */
  readonly ownerMsMax: number;
}

interface Owner {
  readonly id: number;
  leaseEndsAtMs: number;
}

interface Waiting {
  readonly record: DecisionRecord;
  readonly queuedAtMs: number;
}

const retryMsMin = 50;
const retryMsMax = 1_000;
/** An owner that has not written or failed within this time is taken for dead; above the database's deadline. */
const ownerLeaseMs = 10_000;

export function createDecisionLog(options: DecisionLogOptions): DecisionLog {
  const { insert, clock, timers, pendingBytesMax, batchMax, ownerMsMax } = options;
  const queue: Waiting[] = [];
  let pendingBytes = 0;
  let lastFailure: string | null = null;
  let owner: Owner | undefined;
  let ownerCount = 0;

  const ownerIsAlive = (): boolean => owner !== undefined && clock.monotonicMs() < owner.leaseEndsAtMs;

  function takeOwnership(): Owner {
    ownerCount += 1;
    owner = { id: ownerCount, leaseEndsAtMs: clock.monotonicMs() + ownerLeaseMs };
    return owner;
  }

  /** What is left of a batch stands at the queue's head: a slow owner may have lost some of it to its successor. */
  function removeWritten(batch: readonly Waiting[]): void {
    const written = new Set(batch);
    const head = queue.splice(0, batch.length);
    queue.unshift(...head.filter((waiting) => !written.has(waiting)));
    for (const waiting of head) {
      if (written.has(waiting)) pendingBytes -= waiting.record.record.length;
    }
  }

  async function flushOnce(me: Owner): Promise<boolean> {
    me.leaseEndsAtMs = clock.monotonicMs() + ownerLeaseMs;
    const batch = queue.slice(0, batchMax);
    const written = await insert(batch.map((waiting) => waiting.record));
    if (written.ok) removeWritten(batch);
    lastFailure = written.ok ? null : written.error;
    return written.ok;
  }

  async function flush(me: Owner, workMsMax: number): Promise<void> {
    const endsAtMs = clock.monotonicMs() + workMsMax;
    let retryMs = retryMsMin;
    while (queue.length > 0 && owner?.id === me.id && clock.monotonicMs() < endsAtMs) {
      if (await flushOnce(me)) {
        retryMs = retryMsMin;
        continue;
      }
      await timers.sleep(retryMs);
      retryMs = Math.min(retryMsMax, retryMs * 2);
    }
    if (owner?.id === me.id) owner = undefined;
  }

  return {
    hasRoom: () => pendingBytes < pendingBytesMax,
    append(record, scope) {
      queue.push({ record, queuedAtMs: clock.monotonicMs() });
      pendingBytes += record.record.length;
      if (!ownerIsAlive()) scope.waitUntil(flush(takeOwnership(), ownerMsMax));
    },
    async acknowledge(record) {
      const written = await insert([record]);
      lastFailure = written.ok ? null : written.error;
      return written.ok ? ok(undefined) : err(written.error);
    },
    async drain(deadlineMs) {
      await flush(takeOwnership(), deadlineMs);
      return queue.length === 0;
    },
    status: () => ({
      pendingRecords: queue.length,
      pendingBytes,
      behindMs: queue[0] ? clock.monotonicMs() - queue[0].queuedAtMs : 0,
      lastFailure,
    }),
  };
}
