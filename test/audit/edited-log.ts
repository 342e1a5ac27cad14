import { type Chain, createChain, type Linkable, linkHash } from '../../src/audit/chain.ts';
import { sealRecord } from '../../src/audit/decision-record.ts';
import type { LogRow, LogSource, LogTable } from '../../src/audit/log-rows.ts';
import { beforeFirstSeal, makeSeal, type Seal } from '../../src/audit/seal.ts';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { hmacSha256Hex, sha256Hex } from '../../src/core/digest.ts';
import type { SeededRandom } from '../../src/core/seeded-random.ts';

export const sealerKey = '5'.repeat(64);
export const intruderKey = '6'.repeat(64);
export const receiptSecret = 'r'.repeat(32);

export interface WholeLog {
  readonly decisions: LogRow[];
  readonly entries: LogRow[];
  readonly seals: Seal[];
}

export const sourceOf = (log: WholeLog): LogSource => ({
  seals: (after) => each(log.seals.filter(({ seq }) => seq > after)),
  rows: (table, after) =>
    each(log[table].filter(({ ordinal }) => ordinal > after).toSorted((a, b) => a.ordinal - b.ordinal)),
  retentions: () => each(log.entries.filter(({ columns }) => columns['verb'] === 'retain')),
});

async function* each<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

const ofTable = (
  table: LogTable,
  writer: string,
  seq: number,
  text: string,
): Omit<LogRow, 'ordinal' | 'chainSeq' | 'prev'> => {
  const id = `${writer}-${seq}`;
  if (table === 'decisions') {
    const columns = {
      account: 'a',
      keyId: 'k',
      symbol: 'S',
      action: 'BUY',
      decidedAtMs: 1_000 + seq,
    } as const;
    const sealed = sealRecord(
      receiptSecret,
      { id, writer, seq, ...columns },
      { id, writer, seq, ...columns, text },
    );
    return {
      table,
      id,
      writer,
      seq,
      columns,
      record: sealed.record,
      recordHash: sealed.recordHash,
      receipt: sealed.receipt,
      items: null,
    };
  }
  const columns = { atMs: 1_000 + seq, keyId: null, account: null, verb: 'halt', target: 'global' };
  const { keyId: _, account: __, ...said } = columns;
  const record = canonicalJson({
    id,
    writer,
    seq,
    ...said,
    actor: { kind: 'component', name: 'risk' },
    text,
  });
  return { table, id, writer, seq, columns, record, items: null, ...hashed(record) };
};

/** Hash and receipt of a text, as the service gives them. */
export function hashed(record: string): Pick<Linkable, 'recordHash' | 'receipt'> {
  const recordHash = sha256Hex(record);
  return { recordHash, receipt: hmacSha256Hex(receiptSecret, recordHash) };
}

/**
 * A log of several writers whose statements ran side by side, so that a writer's links are not quite in the order of the
 * table, sealed every few rows, with some rows that are not sealed yet.
 */
export function drawLog(random: SeededRandom, rowCount: number): WholeLog {
  const writers = Array.from({ length: 4 }, (_, index) => ({
    name: `w${index}`,
    chain: createChain(),
    seq: 0,
  }));
  const log: WholeLog = { decisions: [], entries: [], seals: [] };
  const queue: Omit<LogRow, 'ordinal'>[] = [];
  for (let count = 0; count < rowCount; count++) {
    // The first writer falls silent halfway.
    const from = count > rowCount / 2 ? 1 : 0;
    const writer = writers[from + Math.floor(random.uniform() * (writers.length - from))];
    if (!writer) throw new Error('no writer');
    writer.seq += 1;
    const table = random.uniform() < 0.8 ? 'decisions' : 'entries';
    queue.push(linked(writer.chain, ofTable(table, writer.name, writer.seq, `text ${random.uniform()}`)));
    while (queue.length > Math.floor(random.uniform() * 5)) {
      const [row] = queue.splice(Math.floor(random.uniform() * queue.length), 1);
      if (row) log[row.table].push({ ...row, ordinal: log[row.table].length + 1 });
    }
    if (count < rowCount - 12 && random.uniform() < 0.06) sealNew(log, sealerKey);
  }
  for (const row of queue) log[row.table].push({ ...row, ordinal: log[row.table].length + 1 });
  return log;
}

const linked = (chain: Chain, row: Omit<LogRow, 'ordinal' | 'chainSeq' | 'prev'>): Omit<LogRow, 'ordinal'> =>
  chain.link(row);

/** Seals what is not sealed, as the sealer does. */
export function sealNew(log: WholeLog, key: string): void {
  const last = log.seals.at(-1);
  const before = last ? JSON.parse(last.statement) : { decisions: { to: 0 }, entries: { to: 0 } };
  const fresh = (table: LogTable) => log[table].filter(({ ordinal }) => ordinal > before[table].to);
  const [decisions, entries] = [fresh('decisions'), fresh('entries')];
  const span = (rows: readonly LogRow[], to: number) => ({
    to: rows.at(-1)?.ordinal ?? to,
    count: rows.length,
  });
  log.seals.push(
    makeSeal(
      key,
      {
        seq: log.seals.length + 1,
        prev: last ? sha256Hex(last.statement) : beforeFirstSeal.hash,
        atMs: 5_000,
        decisions: span(decisions, before.decisions.to),
        entries: span(entries, before.entries.to),
      },
      [...decisions, ...entries].map(linkHash),
    ),
  );
}

/** Gives every chain its links anew after the rows were edited, as who knows the service's code would. */
export function relink(log: WholeLog): void {
  const chains = new Map<string, Chain>();
  const rows = [...log.decisions, ...log.entries].toSorted((a, b) => a.chainSeq - b.chainSeq);
  for (const row of rows) {
    const chain = chains.get(row.writer) ?? createChain();
    chains.set(row.writer, chain);
    const { chainSeq, prev } = chain.link({ ...row });
    const at = log[row.table].findIndex(({ ordinal }) => ordinal === row.ordinal);
    log[row.table][at] = { ...row, chainSeq, prev };
  }
}

/** Numbers the rows anew from 1. */
export function renumber(log: WholeLog): void {
  for (const table of ['decisions', 'entries'] as const) {
    log[table].forEach((row, index) => {
      log[table][index] = { ...row, ordinal: index + 1 };
    });
  }
}
