import { describe, expect, it } from 'vitest';
import { linkHash } from '../../src/audit/chain.ts';
import { type LogRow, type LogTable, logTables } from '../../src/audit/log-rows.ts';
import { makeSeal } from '../../src/audit/seal.ts';
import { type Anchor, fromTheBeginning, type Verification, verifyLog } from '../../src/audit/verify-log.ts';
import { hmacSha256Hex, sha256Hex } from '../../src/core/digest.ts';
import { ed25519PublicKey } from '../../src/core/ed25519.ts';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import {
  drawLog,
  hashed,
  intruderKey,
  receiptSecret,
  relink,
  renumber,
  sealerKey,
  sealNew,
  sourceOf,
  type WholeLog,
} from './edited-log.ts';

const publicKeys = [ed25519PublicKey(sealerKey)];

interface Look {
  readonly anchors?: readonly Anchor[];
  readonly knowsSecret?: boolean;
}

const verify = (log: WholeLog, { anchors = [], knowsSecret = false }: Look = {}): Promise<Verification> =>
  verifyLog(sourceOf(log), {
    publicKeys,
    anchors,
    hasReceipt: knowsSecret
      ? ({ recordHash, receipt }) => hmacSha256Hex(receiptSecret, recordHash) === receipt
      : null,
    from: fromTheBeginning,
    sealsMax: Number.POSITIVE_INFINITY,
    unsealedMax: Number.POSITIVE_INFINITY,
  });

const anchorOf = (log: WholeLog): Anchor => {
  const last = log.seals.at(-1);
  if (!last) throw new Error('no seal');
  return { seq: last.seq, hash: sha256Hex(last.statement) };
};

/** What an edit is expected to be named as; null where nothing of the rows was changed. */
interface Named {
  readonly table: LogTable | 'seals';
  readonly ordinal: number;
}

/** The first row, in the order of seals, tables and ordinals, that is not what it was. */
function firstChanged(before: WholeLog, after: WholeLog): Named | undefined {
  const starts = { decisions: 0, entries: 0 };
  for (const seal of before.seals) {
    const statement = JSON.parse(seal.statement);
    for (const table of logTables) {
      const to: number = statement[table].to;
      for (let ordinal = starts[table] + 1; ordinal <= to; ordinal++) {
        if (textAt(before, table, ordinal) !== textAt(after, table, ordinal)) return { table, ordinal };
      }
      starts[table] = to;
    }
  }
  return undefined;
}

const textAt = (log: WholeLog, table: LogTable, ordinal: number): string =>
  JSON.stringify(log[table].filter((row) => row.ordinal === ordinal));

/** Signing takes most of the time, so edits are drawn many and logs few. */
const logsDrawn = 10;
const drawn = new Map<number, WholeLog>();

function drawnLog(seed: number): WholeLog {
  const log = drawn.get(seed) ?? drawLog(new SeededRandom(seed), 70);
  drawn.set(seed, log);
  return log;
}

interface Scene {
  readonly seed: number;
  readonly log: WholeLog;
  readonly random: SeededRandom;
  /** A row that is sealed. */
  readonly row: LogRow;
  readonly at: number;
  /** A seal, and where it stands. */
  readonly sealAt: number;
}

type Edit = (scene: Scene) => Named | undefined;

const put = ({ log, row, at }: Scene, change: Partial<LogRow>): undefined => {
  log[row.table][at] = { ...row, ...change };
};
const another = (text: string): string => text.replace(/text 0/, 'text 9');

/** Each returns what it has to be named as, or nothing where that is the first row that it changed. */
const edits: Readonly<Record<string, Edit>> = {
  'a text': (scene) => put(scene, { record: another(scene.row.record) }),
  'a text with its hash': (scene) => {
    const record = another(scene.row.record);
    put(scene, { record, recordHash: sha256Hex(record) });
  },
  'a text with hash and receipt': (scene) => {
    const record = another(scene.row.record);
    put(scene, { record, ...hashed(record) });
  },
  'a text with hash, receipt and all links behind it': (scene) => {
    const record = another(scene.row.record);
    put(scene, { record, ...hashed(record) });
    relink(scene.log);
  },
  'a text with everything, sealed by a key that is not pinned': (scene) => {
    const { log, sealAt } = scene;
    const record = another(scene.row.record);
    put(scene, { record, ...hashed(record) });
    relink(log);
    log.seals.splice(sealAt);
    sealNew(log, intruderKey);
    return unlessEarlier(scene, sealAt);
  },
  'a column': (scene) => {
    const names = Object.keys(scene.row.columns);
    const name = names[Math.floor(scene.random.uniform() * names.length)] ?? '';
    put(scene, { columns: { ...scene.row.columns, [name]: 'other' } });
  },
  'an id': (scene) => put(scene, { id: 'other' }),
  'a receipt': (scene) => put(scene, { receipt: 'f'.repeat(64) }),
  'a link': (scene) => put(scene, { prev: 'f'.repeat(64) }),
  'a place in a chain': (scene) => put(scene, { chainSeq: scene.row.chainSeq + 1_000 }),
  'a writer': (scene) => put(scene, { writer: 'w9' }),
  'a row away': ({ log, row, at }) => void log[row.table].splice(at, 1),
  'a row away, the others numbered anew': ({ log, row, at }) => {
    log[row.table].splice(at, 1);
    renumber(log);
  },
  'a row away, the others numbered and linked anew': ({ log, row, at }) => {
    log[row.table].splice(at, 1);
    renumber(log);
    relink(log);
  },
  'a whole writer away': ({ log, row }) => {
    for (const table of logTables) {
      const others = log[table].filter(({ writer }) => writer !== row.writer);
      log[table].splice(0, Number.POSITIVE_INFINITY, ...others);
    }
    renumber(log);
  },
  'a row in': ({ log, row, at }) => {
    const record = another(row.record);
    log[row.table].splice(at, 0, { ...row, id: 'forged', record, ...hashed(record) });
    renumber(log);
  },
  'a row in, all links anew': ({ log, row, at }) => {
    const record = another(row.record);
    log[row.table].splice(at, 0, { ...row, id: 'forged', record, ...hashed(record) });
    renumber(log);
    relink(log);
  },
  'a row before the first': ({ log, row }) => {
    log[row.table].unshift({ ...row, id: 'forged', ordinal: 0 });
    return { table: row.table, ordinal: 0 };
  },
  'two rows in the place of each other': (scene) => {
    const { log, row, at } = scene;
    const next = log[row.table][at + 1];
    if (!next) return put(scene, { receipt: '0' });
    log[row.table][at] = { ...next, ordinal: row.ordinal };
    log[row.table][at + 1] = { ...row, ordinal: next.ordinal };
    return undefined;
  },
  "a seal's statement": ({ log, sealAt }) => {
    const seal = log.seals[sealAt];
    if (seal)
      log.seals[sealAt] = { ...seal, statement: seal.statement.replace('"atMs":5000', '"atMs":5001') };
    return { table: 'seals', ordinal: sealAt + 1 };
  },
  'a row and the leaves of its seal': (scene) => {
    const { log, row, sealAt } = scene;
    const seal = log.seals[sealAt];
    const record = another(row.record);
    const edited = { ...row, record, ...hashed(record) };
    put(scene, edited);
    if (seal) log.seals[sealAt] = { ...seal, leaves: seal.leaves.replace(linkHash(row), linkHash(edited)) };
    return { table: 'seals', ordinal: sealAt + 1 };
  },
  'a seal made anew by another key': ({ log, sealAt }) => {
    const seal = log.seals[sealAt];
    if (!seal) throw new Error('no seal');
    const { format: _, root: __, ...facts } = JSON.parse(seal.statement);
    log.seals[sealAt] = makeSeal(intruderKey, facts, seal.leaves.match(/.{64}/g) ?? []);
    return { table: 'seals', ordinal: sealAt + 1 };
  },
  'a seal away': ({ log, sealAt }) => {
    log.seals.splice(sealAt, 1);
    return sealAt < log.seals.length ? { table: 'seals', ordinal: sealAt + 1 } : theAnchor;
  },
  'the tail away with its seals': ({ log, sealAt }) => {
    cutTo(log, sealAt);
    return theAnchor;
  },
  'an old backup, with new rows behind it': ({ log, sealAt, random }) => {
    cutTo(log, sealAt);
    const more = drawLog(random, 20);
    for (const table of logTables) {
      const base = log[table].length;
      const fresh = more[table].map((row) => ({ ...row, writer: `new-${row.writer}` }));
      log[table].push(...fresh.map((row) => honest(row, base)));
    }
    relink(log);
    return theAnchor;
  },
};

/** Links made anew may have changed a row before the seal, whose writer's later statement was the faster one. */
function unlessEarlier(scene: Scene, sealAt: number): Named {
  const before = { ...drawnLog(scene.seed % logsDrawn) };
  const earlier = firstChanged({ ...before, seals: before.seals.slice(0, sealAt) }, scene.log);
  return earlier ?? { table: 'seals', ordinal: sealAt + 1 };
}

const theAnchor: Named = { table: 'seals', ordinal: -1 };

/** A row of a writer that is new, as that writer would have written it. */
function honest(row: LogRow, base: number): LogRow {
  const record = JSON.stringify({ ...JSON.parse(row.record), writer: row.writer });
  return { ...row, ordinal: base + row.ordinal, record, ...hashed(record) };
}

function cutTo(log: WholeLog, seals: number): void {
  const last = log.seals[seals - 1];
  const to = last ? JSON.parse(last.statement) : { decisions: { to: 0 }, entries: { to: 0 } };
  log.seals.splice(seals);
  for (const table of logTables) log[table].splice(to[table].to);
}

/** The seal, as an index, that a row stands under; undefined where none does. */
function sealOf(log: WholeLog, row: LogRow): number | undefined {
  const at = log.seals.findIndex(({ statement }) => row.ordinal <= JSON.parse(statement)[row.table].to);
  return at === -1 ? undefined : at;
}

function sceneOf(seed: number): Scene {
  const random = new SeededRandom(seed);
  const log = structuredClone(drawnLog(seed % logsDrawn));
  const sealed = [...log.decisions, ...log.entries].filter((row) => sealOf(log, row) !== undefined);
  const row = sealed[Math.floor(random.uniform() * sealed.length)];
  if (!row) throw new Error(`seed ${seed} seals nothing`);
  const at = log[row.table].findIndex(({ ordinal }) => ordinal === row.ordinal);
  return { seed, log, random, row, at, sealAt: sealOf(log, row) ?? 0 };
}

describe('the verifier of the log', () => {
  it('finds nothing in logs that nobody touched', async () => {
    for (let seed = 1; seed <= logsDrawn; seed++) {
      const { log } = sceneOf(seed);
      const verification = await verify(log, { anchors: [anchorOf(log)], knowsSecret: true });
      expect(verification.findings, `seed ${seed}`).toEqual([]);
      expect(verification.holes, `seed ${seed}`).toEqual([]);
      const { sealedUpTo, unsealed } = verification;
      expect(sealedUpTo.decisionsTo + unsealed.decisions).toBe(log.decisions.length);
      expect(sealedUpTo.entriesTo + unsealed.entries).toBe(log.entries.length);
    }
  });

  it('names the first bad record of 1,000 logs that were edited at random', async () => {
    const names = Object.keys(edits);
    let named = 0;
    for (let seed = 1; seed <= 1_000; seed++) {
      const name = names[seed % names.length] ?? '';
      const scene = sceneOf(seed);
      const anchor = anchorOf(scene.log);
      const told = edits[name]?.(scene) ?? firstChanged(drawnLog(seed % logsDrawn), scene.log);
      if (!told) throw new Error(`seed ${seed}: ${name} changed nothing that is sealed`);
      const expected = told === theAnchor ? { table: 'seals', ordinal: anchor.seq } : told;
      const { findings } = await verify(scene.log, { anchors: [anchor] });
      expect(findings[0], `seed ${seed}: ${name}`).toMatchObject(expected);
      named += 1;
    }
    expect(named).toBe(1_000);
  }, 600_000);

  it('says by its hash, its receipt and its chain what is wrong with a row that is not sealed yet', async () => {
    const { log } = sceneOf(1);
    const row = log.decisions.at(-2);
    if (!row) throw new Error('no row');
    const record = row.record.replace('text 0', 'text 9');
    log.decisions[log.decisions.length - 2] = { ...row, record, recordHash: sha256Hex(record) };
    const { findings } = await verify(log, { knowsSecret: true });
    expect(findings[0]).toMatchObject({ kind: 'edited', table: 'decisions', id: row.id });
  });

  it('tells of links that were given and never written, as holes and not as edits', async () => {
    const random = new SeededRandom(3);
    const log = drawLog(random, 60);
    const lost = log.decisions.find(({ chainSeq }) => chainSeq === 5);
    if (!lost) throw new Error('no row');
    log.decisions.splice(log.decisions.indexOf(lost), 1);
    log.seals.splice(0);
    renumber(log);
    sealNew(log, sealerKey);
    const { findings, holes } = await verify(log);
    expect(findings).toEqual([]);
    expect(holes).toEqual([{ writer: lost.writer, fromChainSeq: 5, toChainSeq: 5 }]);
  });

  it('goes through a long log in parts that each begin behind a good seal', async () => {
    const { log } = sceneOf(2);
    let from = fromTheBeginning;
    let parts = 0;
    for (let hasMore = true; hasMore; parts++) {
      const part = await verifyLog(sourceOf(log), {
        publicKeys,
        anchors: [anchorOf(log)],
        hasReceipt: null,
        from,
        sealsMax: 1,
        unsealedMax: 1_000,
      });
      expect(part.findings).toEqual([]);
      hasMore = part.hasMore;
      from = part.sealedUpTo;
    }
    expect(parts).toBe(log.seals.length);
    expect(from.seq).toBe(log.seals.length);
  });
});
