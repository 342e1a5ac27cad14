import { sha256Hex } from '../core/digest.ts';
import { parseJson } from '../core/parse-json.ts';
import { hasItsItems } from './batch-record.ts';
import { linkHash } from './chain.ts';
import { type ChainFault, createChainCheck, type Hole } from './chain-check.ts';
import { compareLeaves } from './compare-leaves.ts';
import type { Finding } from './finding.ts';
import { beforeEveryOrdinal, type LogRow, type LogSource, type LogTable, logTables } from './log-rows.ts';
import { readRetained } from './retained-rows.ts';
import { beforeFirstSeal, type OpenedSeal, openSeal, type Seal } from './seal.ts';

/** A seal that was kept outside the database. */
export interface Anchor {
  readonly seq: number;
  readonly hash: string;
}

/** What is known of the log before the part that is looked at. */
export interface SealedUpTo extends Anchor {
  readonly decisionsTo: number;
  readonly entriesTo: number;
}

export interface VerifyOptions {
  /** Ed25519 keys of 64 hex digits, one of which must have signed each seal. */
  readonly publicKeys: readonly string[];
  readonly anchors: readonly Anchor[];
  /** Whether a row's receipt is the service's; null where its secret is not at hand. */
  readonly hasReceipt: ((row: Pick<LogRow, 'record' | 'recordHash' | 'receipt'>) => boolean) | null;
  /** Where to begin: behind a seal that is taken for good, or at the log's own beginning. */
  readonly from: SealedUpTo;
  /** Seals to look at, at most; rows behind the last are looked at only where all seals were. */
  readonly sealsMax: number;
  /** Rows behind the last seal to look at, at most, of each table. */
  readonly unsealedMax: number;
}

export interface Verification {
  /** The first bad record first; at most a hundred of them. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  /** The last seal that is good, or where it began. */
  readonly sealedUpTo: SealedUpTo;
  readonly sealedAtMs: number | null;
  /** Seals are left behind `sealedUpTo`. */
  readonly hasMore: boolean;
  /** Rows looked at behind the last seal, which only their chain and receipt protect. */
  readonly unsealed: { readonly decisions: number; readonly entries: number };
  /** Decisions up to this ordinal were removed under a signed retention; 0 for none. Their seals are here. */
  readonly retainedTo: number;
  readonly holes: readonly Hole[];
}

const findingsMax = 100;

/** The log begins with its first seal and its first row. */
export const fromTheBeginning: SealedUpTo = beforeFirstSeal;

/**
 * Compares the log with its seals, seal by seal, and what is not sealed yet with its hashes and chains. Rejects where the
 * source cannot be read.
 */
export async function verifyLog(source: LogSource, options: VerifyOptions): Promise<Verification> {
  const { from } = options;
  const isWhole = from.seq === 0;
  const retained = await readRetained(source, options.publicKeys);
  const log = new LogWalk(source, options, { isWhole, retainedTo: retained.decisionsTo });
  const hashes = new Map<number, string>([[from.seq, from.hash]]);
  const findings: Finding[] = [...retained.findings];
  let upTo = from;
  let sealedAtMs: number | null = null;
  let hasMore = false;
  for await (const seal of source.seals(from.seq)) {
    hasMore = upTo.seq - from.seq >= options.sealsMax;
    if (hasMore) break;
    const opened = follow(upTo, seal, options.publicKeys);
    if ('kind' in opened) {
      findings.push(opened);
      break;
    }
    const { statement, hash } = opened;
    findings.push(...retained.judge(opened), ...(await log.verifySpan(upTo, opened)));
    upTo = { seq: seal.seq, hash, decisionsTo: statement.decisions.to, entriesTo: statement.entries.to };
    sealedAtMs = statement.atMs;
    hashes.set(seal.seq, hash);
  }
  if (!hasMore)
    findings.push(...behindAnchors(options.anchors, hashes, from.seq), ...retained.judgeEnd(upTo.seq));
  const rest = hasMore ? nothingLeft : await log.verifyRest();
  const chains = log.finish();
  findings.push(...rest.findings, ...chains.findings);
  return {
    findings: findings.slice(0, findingsMax),
    findingCount: findings.length,
    sealedUpTo: upTo,
    sealedAtMs,
    hasMore,
    unsealed: rest.unsealed,
    retainedTo: retained.decisionsTo,
    holes: hasMore ? [] : chains.holes,
  };
}

const nothingLeft = { findings: [], unsealed: { decisions: 0, entries: 0 } } as const;

/** The seal opened, where it is good by itself and follows the one before. */
function follow(before: SealedUpTo, seal: Seal, publicKeys: readonly string[]): OpenedSeal | Finding {
  const bad = (kind: 'bad-seal' | 'missing', ordinal: number, detail: string): Finding => ({
    kind,
    table: 'seals',
    ordinal,
    id: null,
    detail,
  });
  if (seal.seq !== before.seq + 1)
    return bad('missing', before.seq + 1, `the next seal there is, is ${seal.seq}`);
  const opened = openSeal(publicKeys, seal);
  if (!opened.ok) return bad('bad-seal', seal.seq, opened.error);
  const { prev, decisions, entries } = opened.value.statement;
  if (prev !== before.hash) return bad('bad-seal', seal.seq, 'it does not follow the seal before it');
  const shrinks = decisions.to < before.decisionsTo || entries.to < before.entriesTo;
  return shrinks ? bad('bad-seal', seal.seq, 'it ends before the seal before it') : opened.value;
}

function behindAnchors(
  anchors: readonly Anchor[],
  hashes: ReadonlyMap<number, string>,
  fromSeq: number,
): readonly Finding[] {
  const strange = anchors.filter(({ seq, hash }) => seq > fromSeq && hashes.get(seq) !== hash);
  return strange
    .toSorted((a, b) => a.seq - b.seq)
    .map(({ seq }) => {
      const detail = hashes.has(seq)
        ? 'the seal of this number that was kept outside is another one'
        : 'a seal of this number was kept outside';
      return { kind: 'behind-anchor', table: 'seals', ordinal: seq, id: null, detail };
    });
}

/** Reads both tables once, in step with the seals. */
class LogWalk {
  readonly #options: VerifyOptions;
  readonly #readers: Readonly<Record<LogTable, RowReader>>;
  readonly #chains;
  readonly #retainedTo: number;

  constructor(
    source: LogSource,
    options: VerifyOptions,
    { isWhole, retainedTo }: { readonly isWhole: boolean; readonly retainedTo: number },
  ) {
    this.#options = options;
    this.#retainedTo = retainedTo;
    const { decisionsTo, entriesTo } = options.from;
    // From the beginning also what stands before it, where no row of ours is.
    const start = (to: number) => (isWhole ? beforeEveryOrdinal : to);
    this.#readers = {
      decisions: new RowReader(
        source.rows('decisions', start(decisionsTo)),
        Math.max(decisionsTo, retainedTo),
      ),
      entries: new RowReader(source.rows('entries', start(entriesTo)), entriesTo),
    };
    this.#chains = createChainCheck(isWhole);
  }

  /** What is wrong with the rows of one seal: each by itself and against its leaf, then their chains. */
  async verifySpan(before: SealedUpTo, { statement, leaves }: OpenedSeal): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    const chainFindings: Finding[] = [];
    const cut = {
      decisions: leaves.slice(0, statement.decisions.count),
      entries: leaves.slice(statement.decisions.count),
    };
    const begins = { decisions: before.decisionsTo + 1, entries: before.entriesTo + 1 };
    for (const table of logTables) {
      if (table === 'decisions' && statement.decisions.to <= this.#retainedTo) {
        for (const leaf of cut.decisions) this.#chains.addRetained(leaf);
        for await (const row of this.#readers[table].takeUpTo(statement.decisions.to))
          findings.push(putBack(row));
        continue;
      }
      const rows: { readonly ordinal: number; readonly id: string; readonly leaf: string }[] = [];
      const found: Finding[] = [];
      for await (const row of this.#readers[table].takeUpTo(statement[table].to)) {
        rows.push({ ordinal: row.ordinal, id: row.id, leaf: linkHash(row) });
        found.push(...this.#judge(row));
        chainFindings.push(...this.#chains.add(row).map(ofChain));
      }
      const difference = compareLeaves(
        cut[table],
        rows.map(({ leaf }) => leaf),
      );
      if (difference) {
        const row = difference.kind === 'missing' ? undefined : rows[difference.index];
        const { kind, index } = difference;
        const ordinal = row?.ordinal ?? begins[table] + index;
        const detail = `seal ${statement.seq} has ${kind === 'inserted' ? 'no such row' : 'another row there'}`;
        found.push({ kind, table, ordinal, id: row?.id ?? null, detail });
      }
      findings.push(...found.toSorted((a, b) => a.ordinal - b.ordinal));
    }
    return [...findings, ...chainFindings];
  }

  async verifyRest(): Promise<Pick<Verification, 'unsealed'> & { readonly findings: readonly Finding[] }> {
    const findings: Finding[] = [];
    const unsealed = { decisions: 0, entries: 0 };
    for (const table of logTables) {
      for await (const row of this.#readers[table].takeUpTo(Number.MAX_SAFE_INTEGER)) {
        if (unsealed[table] >= this.#options.unsealedMax) break;
        unsealed[table] += 1;
        findings.push(...this.#judge(row), ...this.#chains.add(row).map(ofChain));
      }
    }
    return { findings, unsealed };
  }

  finish(): { readonly findings: readonly Finding[]; readonly holes: readonly Hole[] } {
    const { faults, holes } = this.#chains.finish();
    return { findings: faults.map(ofChain), holes };
  }

  /** What is wrong with a row by itself, and with the ordinals before it. */
  #judge(row: LogRow): readonly Finding[] {
    const { table, ordinal, id } = row;
    const expected = this.#readers[table].expected(ordinal);
    const findings: Finding[] = [];
    if (ordinal > expected)
      findings.push({
        kind: 'missing',
        table,
        ordinal: expected,
        id: null,
        detail: `the next is ${ordinal}`,
      });
    if (ordinal < 1) findings.push({ kind: 'inserted', table, ordinal, id, detail: 'rows count from 1' });
    const fault = faultOf(row, this.#options.hasReceipt);
    return fault === undefined
      ? findings
      : [...findings, { kind: 'edited', table, ordinal, id, detail: fault }];
  }
}

/** An iterator that can stop before a row and go on with it. */
class RowReader {
  readonly #rows: AsyncIterator<LogRow>;
  #held: LogRow | undefined;
  #last: number;

  constructor(rows: AsyncIterable<LogRow>, last: number) {
    this.#rows = rows[Symbol.asyncIterator]();
    this.#last = last;
  }

  /** The ordinal that was due, now that one has come. */
  expected(ordinal: number): number {
    const due = this.#last + 1;
    this.#last = Math.max(this.#last, ordinal);
    return due;
  }

  async *takeUpTo(to: number): AsyncIterable<LogRow> {
    for (;;) {
      const row = this.#held ?? (await this.#next());
      this.#held = row;
      if (row === undefined || row.ordinal > to) return;
      this.#held = undefined;
      yield row;
    }
  }

  async #next(): Promise<LogRow | undefined> {
    const { done, value } = await this.#rows.next();
    return done ? undefined : value;
  }
}

const putBack = ({ table, ordinal, id }: LogRow): Finding => ({
  kind: 'inserted',
  table,
  ordinal,
  id,
  detail: 'it was retained, and is in a segment',
});

const ofChain = ({ row, kind, detail }: ChainFault): Finding => ({
  kind,
  table: row.table,
  ordinal: row.ordinal,
  id: row.id,
  detail,
});

function faultOf(row: LogRow, hasReceipt: VerifyOptions['hasReceipt']): string | undefined {
  if (sha256Hex(row.record) !== row.recordHash) return 'its text has another hash';
  if (hasReceipt && !hasReceipt(row)) return 'its receipt is not of this service';
  const stated = statedBy(row);
  const { id, writer, seq, columns } = row;
  if (!hasItsItems(row)) return 'its items have other hashes';
  const differing = Object.entries({ id, writer, seq, ...columns }).find(
    ([name, value]) => stated[name] !== value,
  );
  return differing && `its text says another ${differing[0]}`;
}

/** What a row's text says of its columns. */
function statedBy({ table, record }: LogRow): Readonly<Record<string, unknown>> {
  const text = parseJson(record);
  if (typeof text !== 'object' || text === null) return {};
  if (table === 'decisions') return { ...text };
  const actor = 'actor' in text && typeof text.actor === 'object' ? text.actor : {};
  return { keyId: null, account: null, ...actor, ...text };
}
