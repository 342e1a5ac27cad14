import type { DecisionRecord } from './decision-record.ts';

/**
 * Why a statement did not write its records. `unavailable`: the database did not answer, or says that it cannot write now.
 * `refused`: it answered, and took none of them. The difference decides only who goes next; a record is kept in both
 * cases.
 */
export type WriteFailure =
  | { readonly kind: 'unavailable'; readonly detail: string }
  | {
      readonly kind: 'refused';
      readonly detail: string;
      /** It judged the rows themselves, and never takes them as they are; else it may, once its schema or a right is another. */
      readonly isFinal: boolean;
    };

/** Whether it judged the rows themselves: of a verb's compare-and-set, that somebody else came first. */
export const isFinal = (failure: WriteFailure): boolean => failure.kind === 'refused' && failure.isFinal;

/** A record that waits, and what it costs. */
interface Waiting {
  readonly record: DecisionRecord;
  readonly sizeBytes: number;
  readonly queuedAtMs: number;
}

/** What is to be written next, as a whole. Never empty. */
export interface Batch {
  readonly waiting: readonly Waiting[];
  readonly isRetry: boolean;
}

/**
 * The records that wait for the database, and which of them go next. Plain data without clock or network.
 *
 * | batch             | outcome     | its records             | the next batch                      |
 * |-------------------|-------------|-------------------------|-------------------------------------|
 * | any               | written     | leave                   | may have twice as many records      |
 * | of several        | refused     | stay                    | has half as many, at once           |
 * | of several        | unavailable | stay                    | has half as many, after a wait      |
 * | of one            | refused     | is set aside            | is of the others, at once           |
 * | of one            | unavailable | goes behind the others  | is of another, after a wait         |
 * | of one set aside  | written     | leaves                  | is the next one set aside, at once  |
 * | of one set aside  | refused     | goes behind those aside | is of the others, at once           |
 * | of one set aside  | unavailable | goes behind those aside | is of the others, after a wait      |
 *
 * Those set aside are tried one by one, a second after the last of them failed. So a refusal costs one statement
 * and no time of the others, however many there are, and a database that is away is asked at the owner's pace.
 *
 * So no record can keep the others from being written, and none is ever dropped.
 */
export interface PendingRecords {
  /** Bytes of memory that the records hold, counted as `sizeOf` says. */
  readonly sizeBytes: number;
  /** The part of them that one account's records hold. */
  bytesOf(account: string): number;
  /** All records, with those set aside. */
  readonly count: number;
  readonly refusedCount: number;
  /** When the oldest was queued; undefined when none waits. */
  oldestQueuedAtMs(): number | undefined;
  add(record: DecisionRecord, nowMs: number): void;
  /** What to write now; undefined when nothing waits but refused records whose retry is not due. */
  nextBatch(nowMs: number): Batch | undefined;
  written(batch: Batch): void;
  /** Says whether to try again at once, or after a wait. */
  failed(batch: Batch, kind: WriteFailure['kind'], nowMs: number): 'at-once' | 'later';
}

interface BatchBounds {
  /** Records a statement, at most. */
  readonly batchMax: number;
  /** Bytes of a statement's records, at most, unless one alone has more. */
  readonly batchBytesMax: number;
}

/** Refused records are tried one at a time, this long after the last of them failed. */
const refusedRetryMs = 1_000;
/** The row's other columns (identifiers, hash, receipt) and the objects around them, in bytes; about 0.6 kB, rounded up. */
const rowOverheadBytes = 768;

export function createPendingRecords({ batchMax, batchBytesMax }: BatchBounds): PendingRecords {
  const queue: Waiting[] = [];
  const refused: Waiting[] = [];
  const bytesByAccount = new Map<string, number>();
  let sizeBytes = 0;
  let nextBatchMax = batchMax;
  let refusedRetryAtMs = 0;

  /** The queue's head, as far as the bounds allow; at least one. */
  function cut(): readonly Waiting[] {
    let bytes = 0;
    const end = queue.slice(0, nextBatchMax).findIndex((waiting) => {
      bytes += waiting.sizeBytes;
      return bytes > batchBytesMax;
    });
    return queue.slice(0, end === -1 ? nextBatchMax : Math.max(1, end));
  }

  function count({ record: { account } }: Waiting, bytes: number): void {
    sizeBytes += bytes;
    const held = (bytesByAccount.get(account) ?? 0) + bytes;
    if (held > 0) bytesByAccount.set(account, held);
    else bytesByAccount.delete(account);
  }

  /** Takes a batch out of where it stands. Its head may have lost some of it to a successor of the batch's owner. */
  function remove(from: Waiting[], batch: readonly Waiting[], span: number): void {
    const written = new Set(batch);
    const head = from.splice(0, span);
    from.unshift(...head.filter((waiting) => !written.has(waiting)));
    for (const waiting of head) if (written.has(waiting)) count(waiting, -waiting.sizeBytes);
  }

  function setAside(waiting: Waiting, nowMs: number): void {
    if (queue[0] !== waiting) return;
    queue.shift();
    refused.push(waiting);
    refusedRetryAtMs = nowMs + refusedRetryMs;
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    bytesOf: (account) => bytesByAccount.get(account) ?? 0,
    get count() {
      return queue.length + refused.length;
    },
    get refusedCount() {
      return refused.length;
    },
    oldestQueuedAtMs() {
      const oldest = [...queue, ...refused].reduce(
        (least, { queuedAtMs }) => Math.min(least, queuedAtMs),
        Infinity,
      );
      return oldest === Infinity ? undefined : oldest;
    },
    add(record, nowMs) {
      const waiting = { record, sizeBytes: sizeOf(record), queuedAtMs: nowMs };
      queue.push(waiting);
      count(waiting, waiting.sizeBytes);
    },
    nextBatch(nowMs) {
      const [retry] = refused;
      if (retry && nowMs >= refusedRetryAtMs) return { waiting: [retry], isRetry: true };
      return queue.length > 0 ? { waiting: cut(), isRetry: false } : undefined;
    },
    written({ waiting, isRetry }) {
      remove(queue, waiting, waiting.length);
      if (refused.length > 0) remove(refused, waiting, refused.length);
      if (isRetry) refusedRetryAtMs = 0;
      else nextBatchMax = Math.min(batchMax, nextBatchMax * 2);
    },
    failed({ waiting, isRetry }, kind, nowMs) {
      const [first] = waiting;
      if (!first) throw new RangeError('a batch has records');
      if (isRetry) {
        moveBehind(refused, first);
        refusedRetryAtMs = nowMs + refusedRetryMs;
      } else {
        nextBatchMax = Math.max(1, Math.floor(waiting.length / 2));
        if (waiting.length === 1 && kind === 'refused') setAside(first, nowMs);
        else if (waiting.length === 1) moveBehind(queue, first);
      }
      return kind === 'refused' ? 'at-once' : 'later';
    },
  };
}

function moveBehind(list: Waiting[], first: Waiting): void {
  if (list[0] !== first) return;
  list.shift();
  list.push(first);
}

/**
 * Memory that a record holds, in bytes: two for each UTF-16 unit of its text, which no engine exceeds. One that has only
 * Latin-1 in it takes half of that in V8 and JavaScriptCore; one character beyond doubles it, and clients
 * choose some of the characters.
 */
const sizeOf = ({ record, items }: DecisionRecord): number =>
  2 * (record.length + (items?.length ?? 0)) + rowOverheadBytes;
