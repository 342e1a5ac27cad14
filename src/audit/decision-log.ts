import type { Clock, Timers } from '../core/clock.ts';
import { hasShare } from '../core/has-share.ts';
import { err, type Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import type { DecisionRecord } from './decision-record.ts';
import {
  type Batch,
  createPendingRecords,
  type PendingRecords,
  type WriteFailure,
} from './pending-records.ts';

/**
 * The decision log's memory. Records wait in one bounded queue and leave it in batches, behind the answers.
 *
 * | state    | event                        | next     | effect                                        |
 * |----------|------------------------------|----------|-----------------------------------------------|
 * | idle     | append                       | flushing | this request's `waitUntil` owns the flush      |
 * | flushing | few records wait             | flushing | the owner lets others come, for a moment       |
 * | flushing | append                       | flushing | the owner will take it                         |
 * | flushing | batch written                | flushing | its records leave the queue                    |
 * | flushing | write failed                 | flushing | records stay; the owner tries others or fewer  |
 * | flushing | only refused records wait    | flushing | the owner waits until one may be tried again   |
 * | flushing | nothing waits                | idle     |                                                |
 * | flushing | owner's time is up           | flushing | the next append takes over; until then the owner goes on, for a few seconds |
 * | flushing | that is over too             | idle     | the next append or tick takes over             |
 * | flushing | owner died (lease ran out)   | flushing | the next append or tick owns it                |
 *
 * Which records a batch takes, and where they go when it fails, is the table of audit/pending-records.ts.
 *
 * Ownership is plain data with a lease, not a promise: on Workers a promise of a finished request never
 * settles. Two owners at once are harmless, since rows are keyed by id and inserted once.
 */
export interface DecisionLog {
  /**
   * Whether one more record of an account may come; where not, its decisions must be HOLD `LOG_UNAVAILABLE`. An account
   * may hold three times what is left free: three quarters of the bound when it is alone, and of many that ask for all
   * they can get each has the same and leaves as much to those that come. The last record let in may pass it by its own size.
   */
  hasRoom(account: string): boolean;
  /** Whether the bound is reached, for whatever account. */
  isFull(): boolean;
  /**
   * How long decisions that make one record should wait before they begin, in milliseconds, so that the log keeps up: 0
   * while less than a quarter of the room is taken, then more with every byte until three quarters are; up to 50 for one
   * decision, and four more for each further one, up to 1,000. Without it clients that ask as fast as they are answered take every
   * turn of a saturated isolate's loop, and the flush gets none.
   */
  paceMs(decisions: number): number;
  /** Queues a record; the caller has checked `hasRoom` in the same turn. */
  append(record: DecisionRecord, scope: RequestScope): void;
  /**
   * Writes one record now. A failure leaves it unknown whether the row exists; it is queued then, since its place in the
   * chain is given. The caller appends the record that voids it.
   */
  acknowledge(record: DecisionRecord): Promise<Result<void, string>>;
  /**
   * Keeps one record outside this isolate now, from where it is written soon. A failure leaves it unknown whether it is
   * kept; it is queued then. The caller appends the record that voids it.
   */
  putOut(record: DecisionRecord, scope: RequestScope): Promise<Result<void, string>>;
  /** Flushes what waits, as an owner of its own; for jobs and shutdown. True when nothing is left. */
  drain(deadlineMs: number): Promise<boolean>;
  status(): LogStatus;
}

export interface LogStatus {
  /** Those that wait, with the refused ones. */
  readonly pendingRecords: number;
  /** Memory that they hold, in bytes; what `pendingBytesMax` bounds. */
  readonly pendingBytes: number;
  /** Those that the database refused one by one. They are kept and tried again, behind the others. */
  readonly refusedRecords: number;
  /** Age of the oldest waiting record in milliseconds; 0 when none waits. */
  readonly behindMs: number;
  /** Why the last statement failed, or else why the refused records were; null when neither is so. */
  readonly lastFailure: string | null;
}

export interface DecisionLogOptions {
  /** Inserts a batch's rows idempotently: same id, no second row. */
  readonly insert: (records: readonly DecisionRecord[]) => Promise<Result<void, WriteFailure>>;
  /** Keeps a record outside this isolate and the database, and has it written behind the answer. */
  readonly outbox: {
    readonly keep: (record: DecisionRecord) => Promise<Result<void, string>>;
    readonly follow: (scope: RequestScope) => void;
  };
  readonly clock: Clock;
  readonly timers: Timers;
  /** Bound on the memory that waiting records hold, in bytes (see `sizeOf`); beyond it decisions are HOLD. */
  readonly pendingBytesMax: number;
  /** Records a statement, at most. */
  readonly batchMax: number;
  /** Memory of a statement's records, in bytes, at most; one record alone may have more. */
  readonly batchBytesMax: number;
  /**
   * How long one owner may work, in milliseconds. On Workers below the 30 s after which `waitUntil` is cut;
   * elsewhere it may be long. Where nobody comes to take over it works for `overtimeMs` more, and a statement's deadline.
   */
  readonly ownerMsMax: number;
  readonly overtimeMs: number;
  /**
   * How long an owner lets records gather while fewer wait than make a statement of their own, in milliseconds. A statement
   * costs the isolate and the database about as much as twenty records do.
   */
  readonly gatherMs: number;
}

/** One is told from another by being itself. */
interface Owner {
  leaseEndsAtMs: number;
}

/** How long an owner works, and how long it lets records gather. */
type Term = Pick<DecisionLogOptions, 'ownerMsMax' | 'overtimeMs' | 'gatherMs'>;

/** As many fill a statement; see audit/commit.ts. */
const gatheredMin = 128;
const retryMsMin = 50;
const retryMsMax = 1_000;
const unpacedShare = 0.25;
/** As much as one account can take by itself. */
const fullyPacedShare = 0.75;
const paceMsMax = 50;
const batchPaceMsMax = 1_000;
/** An owner that has not written or failed within this time is taken for dead; above the database's deadline. */
const ownerLeaseMs = 10_000;
/** For how long an owner in its overtime lets others take over, before each statement. */
const handOverMs = 5;

export function createDecisionLog(options: DecisionLogOptions): DecisionLog {
  const { insert, outbox, clock, timers, pendingBytesMax } = options;
  const pending = createPendingRecords(options);
  let lastFailure: string | null = null;
  let refusal: string | null = null;
  let owner: Owner | undefined;

  const isOwner = (me: Owner): boolean => owner === me;
  const ownerIsAlive = (nowMs: number): boolean => owner !== undefined && nowMs < owner.leaseEndsAtMs;

  function takeOwnership(): Owner {
    owner = { leaseEndsAtMs: clock.monotonicMs() + ownerLeaseMs };
    return owner;
  }

  /** One statement. An owner that was succeeded while it waited may report what it wrote, but no failure. */
  async function write(me: Owner, batch: Batch): Promise<'written' | 'at-once' | 'later'> {
    const outcome = await insert(batch.waiting.map((waiting) => waiting.record));
    if (outcome.ok) {
      lastFailure = null;
      pending.written(batch);
      return 'written';
    }
    if (!isOwner(me)) return 'later';
    lastFailure = outcome.error.detail;
    const next = pending.failed(batch, outcome.error.kind, clock.monotonicMs());
    if (outcome.error.kind === 'refused' && batch.waiting.length === 1) refusal = outcome.error.detail;
    return next;
  }

  async function flush(me: Owner, { ownerMsMax, overtimeMs, gatherMs }: Term): Promise<void> {
    const overtimeAtMs = clock.monotonicMs() + ownerMsMax;
    const endsAtMs = overtimeAtMs + overtimeMs;
    let retryMs = retryMsMin;
    while (pending.count > 0 && isOwner(me) && clock.monotonicMs() < endsAtMs) {
      if (clock.monotonicMs() >= overtimeAtMs) await offer(me, options);
      if (!isOwner(me)) return;
      me.leaseEndsAtMs = clock.monotonicMs() + ownerLeaseMs;
      if (gatherMs > 0 && pending.count < gatheredMin) await timers.sleep(gatherMs);
      const batch = pending.nextBatch(clock.monotonicMs());
      const outcome = batch ? await write(me, batch) : 'nothing-due';
      switch (outcome) {
        case 'written':
          retryMs = retryMsMin;
          break;
        case 'at-once':
          break;
        case 'nothing-due':
          await timers.sleep(retryMsMin);
          break;
        case 'later':
          await timers.sleep(retryMs);
          retryMs = Math.min(retryMsMax, retryMs * 2);
      }
    }
    if (isOwner(me)) owner = undefined;
  }

  /** A record has its place in the chain once it was sent, so it is written sooner or later. */
  function orQueued(record: DecisionRecord, written: Result<void, string>): Result<void, string> {
    if (!written.ok) pending.add(record, clock.monotonicMs());
    return written;
  }

  return {
    hasRoom: (account) => hasShare(pending.bytesOf(account), pendingBytesMax - pending.sizeBytes),
    isFull: () => pending.sizeBytes >= pendingBytesMax,
    paceMs: (decisions) => paceMsOf(decisions, pending.sizeBytes / pendingBytesMax),
    append(record, scope) {
      const nowMs = clock.monotonicMs();
      pending.add(record, nowMs);
      if (!ownerIsAlive(nowMs)) scope.waitUntil(flush(takeOwnership(), options));
    },
    async acknowledge(record) {
      const written = await insert([record]);
      lastFailure = written.ok ? null : written.error.detail;
      return orQueued(record, written.ok ? written : err(written.error.detail));
    },
    async putOut(record, scope) {
      const kept = orQueued(record, await outbox.keep(record));
      if (kept.ok) outbox.follow(scope);
      return kept;
    },
    async drain(deadlineMs) {
      await flush(takeOwnership(), { ownerMsMax: deadlineMs, overtimeMs: 0, gatherMs: 0 });
      return pending.count === 0;
    },
    status: () => ({
      ...amountOf(pending, clock.monotonicMs()),
      lastFailure: lastFailure ?? (pending.refusedCount > 0 ? refusal : null),
    }),
  };
}

/** The next append finds no owner that is alive, and becomes it. */
async function offer(me: Owner, { clock, timers }: DecisionLogOptions): Promise<void> {
  me.leaseEndsAtMs = clock.monotonicMs();
  await timers.sleep(handOverMs);
}

/** `taken`: share of the room that is. */
function paceMsOf(decisions: number, taken: number): number {
  const longestMs = Math.min(batchPaceMsMax, paceMsMax + 4 * (decisions - 1));
  const share = Math.max(0, (taken - unpacedShare) / (fullyPacedShare - unpacedShare));
  return longestMs * Math.min(1, share);
}

const amountOf = (pending: PendingRecords, nowMs: number): Omit<LogStatus, 'lastFailure'> => ({
  pendingRecords: pending.count,
  pendingBytes: pending.sizeBytes,
  refusedRecords: pending.refusedCount,
  behindMs: nowMs - (pending.oldestQueuedAtMs() ?? nowMs),
});
