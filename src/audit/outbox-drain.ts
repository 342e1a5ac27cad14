import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/message-of.ts';
import { parseJson } from '../core/parse-json.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import { hasItsItems } from './batch-record.ts';
import { isIntact, type LinkedRecord } from './decision-record.ts';
import type { WriteFailure } from './pending-records.ts';

/** A record's text as the outbox gives it out, and its name there. */
export interface Kept {
  readonly id: string;
  readonly text: string;
}

/** What becomes of a record that was given out. */
export type Fate = 'written' | 'set-aside';

/** A place outside the isolate and the database where records wait for the database. */
export interface Outbox {
  /** A failure leaves it unknown whether the record is kept. */
  keep(record: LinkedRecord): Promise<Result<void, string>>;
  /** The oldest, which stay until they are dropped; null where another isolate is at it. */
  take(): Promise<Result<readonly Kept[] | null, string>>;
  drop(fates: ReadonlyMap<string, Fate>): Promise<Result<void, string>>;
}

export interface OutboxDrain {
  /** Writes what waits, as far as the time allows. Every step may be lost or done twice: a row is inserted once. */
  run(workMsMax: number): Promise<void>;
  /** Behind an answer whose record waits: soon, but once a second at most. */
  follow(scope: RequestScope): void;
  status(): { readonly lastFailure: string | null };
}

interface OutboxDrainOptions {
  readonly outbox: Outbox;
  /** Inserts rows idempotently: same id, no second row. */
  readonly insert: (records: readonly LinkedRecord[]) => Promise<Result<void, WriteFailure>>;
  /** A record without this service's receipt is written by nobody, whoever put it there. */
  readonly receiptSecret: string;
  readonly clock: Clock;
}

const linkedRecord: z.ZodType<LinkedRecord> = z.strictObject({
  id: z.string(),
  writer: z.string(),
  seq: z.number(),
  chainSeq: z.number(),
  prev: z.string(),
  account: z.string(),
  keyId: z.string(),
  symbol: z.string(),
  action: z.enum(['BUY', 'SELL', 'HOLD', '*']),
  decidedAtMs: z.number(),
  recordHash: z.string(),
  record: z.string(),
  receipt: z.string(),
  items: z.string().exactOptional(),
});

const followMs = 1_000;
const followWorkMsMax = 10_000;

export function createOutboxDrain(options: OutboxDrainOptions): OutboxDrain {
  const { outbox, insert, receiptSecret, clock } = options;
  let lastFailure: string | null = null;
  let followAtMs = Number.NEGATIVE_INFINITY;

  function open({ text }: Kept): LinkedRecord | undefined {
    const parsed = linkedRecord.safeParse(parseJson(text));
    if (!parsed.success || !isIntact(receiptSecret, parsed.data)) return undefined;
    return hasItsItems({ items: null, ...parsed.data }) ? parsed.data : undefined;
  }

  /** Fates of records that the database took, or will never take. One that is refused is found by writing one by one. */
  async function write(kept: readonly Kept[]): Promise<Result<ReadonlyMap<string, Fate>, string>> {
    const records = kept.map((each) => ({ id: each.id, record: open(each) }));
    const good = records.flatMap(({ id, record }) => (record ? [{ id, record }] : []));
    const fates = new Map<string, Fate>(records.map(({ id }) => [id, 'set-aside']));
    if (good.length === 0) return ok(fates);
    const written = await insert(good.map(({ record }) => record));
    if (!written.ok && written.error.kind === 'unavailable') return err(written.error.detail);
    for (const { id, record } of good) {
      const one = written.ok ? written : await insert([record]);
      if (!one.ok && one.error.kind === 'unavailable') return err(one.error.detail);
      if (one.ok) fates.set(id, 'written');
    }
    return ok(fates);
  }

  /** False where nothing is left, or another isolate is at it. */
  async function drainSome(): Promise<Result<boolean, string>> {
    const taken = await outbox.take();
    if (!taken.ok) return taken;
    if (taken.value === null || taken.value.length === 0) return ok(false);
    const fates = await write(taken.value);
    if (!fates.ok) return fates;
    const dropped = await outbox.drop(fates.value);
    if (!dropped.ok) return dropped;
    const aside = [...fates.value.values()].filter((fate) => fate === 'set-aside').length;
    return aside === 0
      ? ok(true)
      : err(`${aside} records were set aside: they are not of this service, or refused`);
  }

  async function run(workMsMax: number): Promise<void> {
    const endsAtMs = clock.monotonicMs() + workMsMax;
    let hasMore = true;
    while (hasMore && clock.monotonicMs() < endsAtMs) {
      const outcome = await drainSome().catch((failure: unknown) => err(messageOf(failure)));
      lastFailure = outcome.ok ? null : outcome.error;
      hasMore = outcome.ok && outcome.value;
    }
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
