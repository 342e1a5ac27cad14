import { asc, desc, eq, gt } from 'drizzle-orm';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Database } from '../store/database.ts';
import { auditEntries, decisions, seals } from '../store/schema.ts';
import { type Linkable, type Linked, linkHash } from './chain.ts';
import { beforeFirstSeal, makeSeal, openSeal, type Seal, sealHash } from './seal.ts';
import type { Anchor, SealedUpTo } from './verify-log.ts';

/** What the isolates share about sealing, outside the database. */
export interface SealClaim {
  /** Takes or keeps the lease by which one isolate seals; null where another one has it. Else the latest seal known. */
  claim(): Promise<Result<{ readonly latest: Anchor | null } | null, string>>;
  /** Tells of a seal that was written. Never lowers what is known. */
  advance(latest: Anchor): Promise<Result<void, string>>;
  /** The latest seal that any isolate told of; null for none. */
  latest(): Promise<Result<Anchor | null, string>>;
}

export interface SealerStatus {
  /** The last seal that this isolate wrote or found; null before its first look. */
  readonly seq: number | null;
  readonly lastFailure: string | null;
}

export interface Sealer {
  /** Seals all rows that are not sealed yet, where no other isolate is at it, or as many as the time allows. */
  run(workMsMax: number): Promise<void>;
  status(): SealerStatus;
}

interface SealerOptions {
  readonly database: Database;
  readonly claim: SealClaim;
  /** Ed25519 seed, 64 lower-case hex digits. */
  readonly signingKey: string;
  readonly publicKeys: readonly string[];
  readonly clock: Clock;
  /** Rows a seal, at most; each is 64 bytes of its leaves. */
  readonly rowsMax: number;
}

/** Above a seal's reads and writes at their deadlines. A run that was cut off with its request never says that it ended. */
const stepMsMax = 30_000;

type Leaf = Linked<Linkable> & { readonly ordinal: number };

/**
 * Seals the log in steps: claim, last seal, rows behind it, new seal. Every step can be lost or done twice: a seal's
 * number is its primary key, so of two sealers one is refused, and leaves it to the other. One isolate, whose lease is its own,
 * is at it once at a time: the minute's cron and an answer may ask for it together.
 *
 * It goes on only from a seal that is good and not older than the latest one known outside the database: over a log that
 * was cut or replaced by an old backup it puts no seal.
 */
export function createSealer(options: SealerOptions): Sealer {
  const { database, claim, clock, signingKey, publicKeys, rowsMax } = options;
  let seq: number | null = null;
  let lastFailure: string | null = null;
  let busyUntilMs = Number.NEGATIVE_INFINITY;

  /** Writes one seal; false where nothing is left to seal or another isolate seals. */
  async function sealNext(): Promise<Result<boolean, string>> {
    const claimed = await claim.claim();
    if (!claimed.ok) return claimed;
    if (claimed.value === null) return ok(false);
    const last = lastSealed(publicKeys, await readLastSeal(database));
    if (!last.ok) return last;
    seq = last.value.seq;
    if (isBehind(last.value, claimed.value.latest))
      return err('the log is not the one that was sealed last: it was cut, or an old one restored');
    const rows = await readUnsealed(database, last.value, rowsMax);
    const count = rows.decisions.length + rows.entries.length;
    if (count === 0) return ok(false);
    const latest = await writeSeal(last.value, rows);
    if (latest === null) return ok(false);
    seq = latest.seq;
    const advanced = await claim.advance(latest);
    return advanced.ok ? ok(count >= rowsMax) : advanced;
  }

  /** Null where another one wrote the seal of this number. */
  async function writeSeal(last: SealedUpTo, rows: UnsealedRows): Promise<Anchor | null> {
    const span = (leaves: readonly Leaf[], to: number) => ({
      to: leaves.at(-1)?.ordinal ?? to,
      count: leaves.length,
    });
    const facts = {
      seq: last.seq + 1,
      prev: last.hash,
      atMs: clock.nowMs(),
      decisions: span(rows.decisions, last.decisionsTo),
      entries: span(rows.entries, last.entriesTo),
    };
    const seal = makeSeal(signingKey, facts, [...rows.decisions, ...rows.entries].map(linkHash));
    const own = { seq: seal.seq, hash: sealHash(seal) };
    try {
      await database.orm.insert(seals).values(seal);
      return own;
    } catch (failure) {
      // It may be there all the same: the answer came too late, or another one was faster.
      const [held] = await readSealsOf(database, seal.seq).catch(() => []);
      if (!held) throw failure;
      return sealHash(held) === own.hash ? own : null;
    }
  }

  return {
    async run(workMsMax) {
      const nowMs = clock.monotonicMs();
      if (nowMs < busyUntilMs) return;
      const endsAtMs = nowMs + workMsMax;
      busyUntilMs = endsAtMs + stepMsMax;
      let hasMore = true;
      while (hasMore && clock.monotonicMs() < endsAtMs) {
        const outcome = await sealNext().catch((failure: unknown) => err(messageOf(failure)));
        lastFailure = outcome.ok ? null : outcome.error;
        hasMore = outcome.ok && outcome.value;
      }
      busyUntilMs = Number.NEGATIVE_INFINITY;
    },
    status: () => ({ seq, lastFailure }),
  };
}

interface UnsealedRows {
  readonly decisions: readonly Leaf[];
  readonly entries: readonly Leaf[];
}

const readSealsOf = ({ orm }: Database, seq: number): Promise<readonly Seal[]> =>
  orm.select().from(seals).where(eq(seals.seq, seq));

async function readLastSeal({ orm }: Database): Promise<Seal | undefined> {
  const [row] = await orm.select().from(seals).orderBy(desc(seals.seq)).limit(1);
  return row;
}

/** Where the next seal goes on. A seal that is not good is none to go on from. */
export function lastSealed(
  publicKeys: readonly string[],
  seal: Seal | undefined,
): Result<SealedUpTo, string> {
  if (!seal) return ok(beforeFirstSeal);
  const opened = openSeal(publicKeys, seal);
  if (!opened.ok) return err(`seal ${seal.seq}: ${opened.error}`);
  const { statement, hash } = opened.value;
  return ok({ seq: seal.seq, hash, decisionsTo: statement.decisions.to, entriesTo: statement.entries.to });
}

const isBehind = (last: Anchor, latest: Anchor | null): boolean =>
  latest !== null && (last.seq < latest.seq || (last.seq === latest.seq && last.hash !== latest.hash));

/** The rows behind a seal by their ordinals. The database has one writer at a time, so none can come in between later. */
async function readUnsealed(
  { orm }: Database,
  { decisionsTo, entriesTo }: SealedUpTo,
  rowsMax: number,
): Promise<UnsealedRows> {
  const ofDecisions = await orm
    .select(leafColumns(decisions))
    .from(decisions)
    .where(gt(decisions.ordinal, decisionsTo))
    .orderBy(asc(decisions.ordinal))
    .limit(rowsMax);
  const left = rowsMax - ofDecisions.length;
  if (left === 0) return { decisions: ofDecisions, entries: [] };
  const ofEntries = await orm
    .select(leafColumns(auditEntries))
    .from(auditEntries)
    .where(gt(auditEntries.ordinal, entriesTo))
    .orderBy(asc(auditEntries.ordinal))
    .limit(left);
  return { decisions: ofDecisions, entries: ofEntries };
}

const leafColumns = <T extends typeof decisions | typeof auditEntries>(table: T) => ({
  ordinal: table.ordinal,
  writer: table.writer,
  chainSeq: table.chainSeq,
  prev: table.prev,
  recordHash: table.recordHash,
  receipt: table.receipt,
});
