import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import type { Write } from '../../audit/commit.ts';
import { createDatabaseLog, type LogSource } from '../../audit/log-rows.ts';
import { makeRetention } from '../../audit/retention.ts';
import { openSeal, sealHash } from '../../audit/seal.ts';
import { fromTheBeginning, verifyLog } from '../../audit/verify-log.ts';
import { ed25519PublicKey } from '../../core/ed25519.ts';
import type { Database } from '../../store/database.ts';

export interface RetainAsk {
  /** Decisions that were sealed before it leave the database, epoch milliseconds. */
  readonly beforeMs: number;
  /** Where they are written to; a file that is not there yet. */
  readonly segmentPath: string;
  /** Why, kept for good. */
  readonly reason: string;
}

interface RetainOptions {
  readonly database: Database;
  readonly trail: AuditTrail;
  /** Ed25519 seed that seals the log. */
  readonly signingKey: string;
  readonly clock: { nowMs(): number };
  /** Who retains. */
  readonly by: string;
}

/** What leaves: whole seals, so that their roots and leaves keep proving it. */
interface Span {
  readonly decisionsFrom: number;
  readonly decisionsTo: number;
  readonly sealSeq: number;
  readonly sealHash: string;
}

/**
 * Moves decisions of long ago out of the database into a file, which is part of the log from then on: `verify --segments`
 * reads both. Entries and seals stay. The trigger that refuses DELETE is lifted and set again in the one transaction
 * that also writes the signed entry of it. A log that is not intact is left alone. Throws, for people to read.
 *
 * @returns a line for each step
 */
export async function retainCommand(options: RetainOptions, ask: RetainAsk): Promise<readonly string[]> {
  const { database, trail, signingKey, clock, by } = options;
  const source = createDatabaseLog(database);
  const retainedTo = await assertIntact(source, ed25519PublicKey(signingKey));
  const span = await spanBefore(options, source, ask.beforeMs, retainedTo);
  if (!span) return ['nothing was sealed before that and is still here'];
  const { decisionsFrom, decisionsTo } = span;
  await writeSegment(source, span, ask.segmentPath);
  const segmentHash = await sha256OfFile(ask.segmentPath);
  const retention = makeRetention(signingKey, { ...span, atMs: clock.nowMs(), segmentHash });
  const entry = trail.seal({
    actor: { kind: 'component', name: `npm run audit by ${by}` },
    verb: 'retain',
    target: 'global',
    reason: ask.reason,
    clientAddress: null,
    before: { decisionsFrom, decisionsTo },
    after: { ...retention },
  });
  const [guard] = await guardOf(database);
  if (!guard) throw new Error('the database has no trigger decisions_no_delete: migrate it first');
  const removal = { sql: 'DELETE FROM decisions WHERE ordinal <= ?', params: [decisionsTo] };
  const lifted = { sql: 'DROP TRIGGER decisions_no_delete', params: [] };
  const written = await trail.commit(entry, [lifted, removal, { sql: guard, params: [] }].map(writeOf));
  if (!written.ok) throw new Error(`nothing was removed: ${written.error.detail}`);
  return [
    `written: decisions ${decisionsFrom} to ${decisionsTo} to ${ask.segmentPath} (SHA-256 ${segmentHash}); keep it`,
    `removed: ${written.value[1]} decisions, by entry ${entry.id}`,
  ];
}

/** @returns up to which decision an earlier retention went */
async function assertIntact(source: LogSource, publicKey: string): Promise<number> {
  const { findings, findingCount, retainedTo } = await verifyLog(source, {
    publicKeys: [publicKey],
    anchors: [],
    hasReceipt: null,
    from: fromTheBeginning,
    sealsMax: Number.POSITIVE_INFINITY,
    unsealedMax: Number.POSITIVE_INFINITY,
  });
  const [first] = findings;
  if (first)
    throw new Error(
      `nothing was removed: the log is not intact, ${findingCount} found, first ${first.table} ${first.ordinal}: ${first.detail}`,
    );
  return retainedTo;
}

async function spanBefore(
  { database, signingKey }: RetainOptions,
  source: LogSource,
  beforeMs: number,
  retainedTo: number,
): Promise<Span | undefined> {
  const { rows } = await database.client.execute('SELECT max(ordinal) AS newest FROM decisions');
  // Ordinals go on from the newest row, so that one stays.
  const newest = Number(rows[0]?.['newest'] ?? 0);
  let span: Span | undefined;
  for await (const seal of source.seals(0)) {
    const opened = openSeal([ed25519PublicKey(signingKey)], seal);
    if (!opened.ok) throw new Error(`seal ${seal.seq}: ${opened.error}`);
    const decisionsTo = opened.value.statement.decisions.to;
    if (seal.atMs >= beforeMs || decisionsTo >= newest) break;
    if (decisionsTo > retainedTo)
      span = { decisionsFrom: retainedTo + 1, decisionsTo, sealSeq: seal.seq, sealHash: sealHash(seal) };
  }
  return span;
}

async function writeSegment(source: LogSource, { decisionsTo }: Span, path: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const row of source.rows('decisions', 0)) {
      if (row.ordinal > decisionsTo) break;
      await file.write(`${JSON.stringify(row)}\n`);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part);
  return hash.digest('hex');
}

/** What sets the trigger again, as the migrations wrote it. */
async function guardOf({ client }: Database): Promise<readonly string[]> {
  const { rows } = await client.execute(
    "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'decisions_no_delete'",
  );
  return rows.map((row) => String(row['sql']));
}

const writeOf = (statement: { readonly sql: string; readonly params: readonly unknown[] }): Write => ({
  toSQL: () => statement,
});
