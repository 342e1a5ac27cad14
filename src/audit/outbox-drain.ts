import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/message-of.ts';
import { ok, type Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import type { LinkedEntry } from './audit-entry.ts';
import type { LinkedRecord } from './decision-record.ts';
import type { Opened } from './open-kept.ts';
import { isFinal, type WriteFailure } from './pending-records.ts';

/** A record's or an entry's text as the outbox gives it out, and its name there. */
export interface Kept {
  readonly id: string;
  readonly text: string;
}

/**
 * What becomes of a record that was given out. `written`: it leaves. `later`: it goes behind the others. `foreign`: so too, for
 * an hour, and is set aside then. `never`: it is set aside, for a person to look at.
 */
export interface Fate {
  readonly kind: 'written' | 'later' | 'foreign' | 'never';
  /** Why it is not written; empty where it is. */
  readonly reason: string;
}

/** A place outside the isolate and the database where records wait for the database. */
export interface Outbox {
  /** A failure leaves it unknown whether it is kept. An entry is kept beyond the bound that records have. */
  keep(record: LinkedRecord | LinkedEntry): Promise<Result<void, string>>;
  /** The oldest, so many at most, which stay until they are dropped; null where another isolate is at it. */
  take(recordsMax: number): Promise<Result<readonly Kept[] | null, string>>;
  settle(fates: ReadonlyMap<string, Fate>): Promise<Result<void, string>>;
}

export interface OutboxDrain {
  /** Writes what waits, as far as the time allows. Every step may be lost or done twice: a row is inserted once. */
  run(workMsMax: number): Promise<void>;
  /** Behind an answer whose record waits: soon, but once a second at most, and less often while it fails. */
  follow(scope: RequestScope): void;
  status(): { readonly lastFailure: string | null };
}

interface OutboxDrainOptions {
  readonly outbox: Outbox;
  /** Inserts rows idempotently: same id, no second row. */
  readonly insert: (records: readonly LinkedRecord[]) => Promise<Result<void, WriteFailure>>;
  readonly insertEntry: (entry: LinkedEntry) => Promise<Result<void, WriteFailure>>;
  /** What a text is; see open-kept.ts. */
  readonly openKept: (text: string) => Promise<Opened>;
  readonly clock: Clock;
}

interface Settled {
  readonly fates: ReadonlyMap<string, Fate>;
  /** Why some of it still waits; null where none does. What is set aside is told by its number, until it is cleared. */
  readonly failure: string | null;
}

interface Writable<T = LinkedRecord> {
  readonly id: string;
  readonly record: T;
}

const nothingSettled: Settled = { fates: new Map(), failure: null };

const recordsMax = 128;
const followMsMin = 1_000;
const followMsMax = 30_000;
const followWorkMsMax = 10_000;
const unwritable = {
  damaged: { kind: 'never', reason: 'it is nothing that this service keeps' },
  foreign: { kind: 'foreign', reason: 'its receipt is under another secret' },
} as const satisfies Record<string, Fate>;

/**
 * | what was given out                  | outcome             | its fate                    | then                            |
 * |-------------------------------------|---------------------|-----------------------------|---------------------------------|
 * | no record or entry of this service  |                     | never                       | the others                      |
 * | under another secret                |                     | foreign                     | the others                      |
 * | an entry, or records                | written             | written                     | the next ones, twice as many    |
 * | several records                     | refused for good    | of each, as one             | the others                      |
 * | one record or entry                 | refused for good    | never                       | the others                      |
 * | several records                     | anything else       | stay where they are         | half as many, after a wait      |
 * | one record or entry                 | anything else       | later                       | the others, after a wait        |
 *
 * Entries are written one by one, so with a database that does not answer each would wait for its deadline: after the first that was
 * not answered, or once the work's time is over, the others of a taking stay where they are.
 *
 * So none that the database cannot take now stands in the way of the others for good, and none leaves that may be
 * written another time.
 */
export function createOutboxDrain(options: OutboxDrainOptions): OutboxDrain {
  const { outbox, insert, insertEntry, openKept, clock } = options;
  let lastFailure: string | null = null;
  let takeMax = recordsMax;
  let followMs = followMsMin;
  let followAtMs = Number.NEGATIVE_INFINITY;

  /** Fates of records, as far as they are known. One that is refused is found by writing one by one. */
  async function fatesOf(writable: readonly Writable[]): Promise<Settled> {
    const fates = new Map<string, Fate>();
    if (writable.length === 0) return { fates, failure: null };
    const { fate: together } = await fateOf(insert(writable.map(({ record }) => record)));
    if (together.kind === 'later' && writable.length > 1) return { fates, failure: together.reason };
    const isKnown = together.kind === 'written' || writable.length === 1;
    for (const { id, record } of writable) {
      const { fate } = isKnown ? { fate: together } : await fateOf(insert([record]));
      fates.set(id, fate);
      if (fate.kind === 'later') return { fates, failure: fate.reason };
    }
    return { fates, failure: null };
  }

  async function write(kept: readonly Kept[], endsAtMs: number): Promise<Settled> {
    const fates = new Map<string, Fate>();
    const writable: Writable[] = [];
    const entries: Writable<LinkedEntry>[] = [];
    for (const { id, text } of kept) {
      const opened = await openKept(text);
      if (opened.kind === 'decision') writable.push({ id, record: opened.record });
      else if (opened.kind === 'entry') entries.push({ id, record: opened.entry });
      else fates.set(id, unwritable[opened.kind]);
    }
    const ofEntries = await fatesOfEntries(entries, { insertEntry, clock, endsAtMs });
    const ofRecords = ofEntries.isAway ? nothingSettled : await fatesOf(writable);
    const all = new Map([...fates, ...ofEntries.fates, ...ofRecords.fates]);
    const waiting = [...all.values()].find(({ kind }) => kind === 'later' || kind === 'foreign');
    return { fates: all, failure: waiting?.reason ?? ofRecords.failure };
  }

  /** One taking, and whether there may be more that can be written now. */
  async function drainSome(
    endsAtMs: number,
  ): Promise<{ readonly hasMore: boolean; readonly failure: string | null }> {
    const taken = await outbox.take(takeMax);
    if (!taken.ok) return { hasMore: false, failure: taken.error };
    const kept = taken.value ?? [];
    if (kept.length === 0) return { hasMore: false, failure: null };
    const { fates, failure } = await write(kept, endsAtMs);
    const settled = fates.size > 0 ? await outbox.settle(fates) : ok(undefined);
    if (!settled.ok) return { hasMore: false, failure: settled.error };
    const isBroken = fates.size < kept.length;
    takeMax = isBroken ? Math.max(1, Math.floor(kept.length / 2)) : Math.min(recordsMax, takeMax * 2);
    const hasMoved = [...fates.values()].some(({ kind }) => kind === 'written' || kind === 'never');
    return { hasMore: hasMoved && !isBroken, failure };
  }

  async function run(workMsMax: number): Promise<void> {
    const endsAtMs = clock.monotonicMs() + workMsMax;
    const failures: string[] = [];
    let hasMore = true;
    while (hasMore && clock.monotonicMs() < endsAtMs) {
      const outcome = await drainSome(endsAtMs).catch((thrown: unknown) => ({
        hasMore: false,
        failure: messageOf(thrown),
      }));
      if (outcome.failure !== null) failures.push(outcome.failure);
      hasMore = outcome.hasMore;
    }
    lastFailure = failures.at(-1) ?? null;
    followMs = lastFailure === null ? followMsMin : Math.min(followMsMax, followMs * 2);
  }

  return {
    run,
    follow(scope) {
      const nowMs = clock.monotonicMs();
      if (nowMs < followAtMs) return;
      followAtMs = nowMs + followMs;
      scope.waitUntil(run(followWorkMsMax));
    },
    status: () => ({ lastFailure }),
  };
}

/** Fates of entries, as far as they are known, and whether the database did not answer to one of them. */
async function fatesOfEntries(
  entries: readonly Writable<LinkedEntry>[],
  {
    insertEntry,
    clock,
    endsAtMs,
  }: Pick<OutboxDrainOptions, 'insertEntry' | 'clock'> & { readonly endsAtMs: number },
): Promise<{ readonly fates: ReadonlyMap<string, Fate>; readonly isAway: boolean }> {
  const fates = new Map<string, Fate>();
  for (const { id, record } of entries) {
    if (clock.monotonicMs() >= endsAtMs) break;
    const { fate, isAway } = await fateOf(insertEntry(record));
    fates.set(id, fate);
    if (isAway) return { fates, isAway };
  }
  return { fates, isAway: false };
}

/** `isAway`: the database did not answer. */
async function fateOf(
  work: Promise<Result<void, WriteFailure>>,
): Promise<{ readonly fate: Fate; readonly isAway: boolean }> {
  const outcome = await work;
  if (outcome.ok) return { fate: { kind: 'written', reason: '' }, isAway: false };
  const { error } = outcome;
  const kind = isFinal(error) ? 'never' : 'later';
  return { fate: { kind, reason: error.detail }, isAway: error.kind === 'unavailable' };
}
