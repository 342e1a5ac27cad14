import { and, asc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import type { Database } from '../store/database.ts';
import { auditEntries, decisions, seals } from '../store/schema.ts';
import type { Linkable, Linked } from './chain.ts';
import type { Seal } from './seal.ts';

/** The two tables of the log, in the order in which a seal takes them. */
export const logTables = ['decisions', 'entries'] as const;
export type LogTable = (typeof logTables)[number];

/** A row of the log as it is verified and exported. */
export interface LogRow extends Linked<Linkable> {
  readonly table: LogTable;
  readonly ordinal: number;
  readonly id: string;
  readonly seq: number;
  readonly record: string;
  /** Of a batch's row (audit/batch-record.ts); null in any other. */
  readonly items: string | null;
  /** What the row says beside its text, which says it too. */
  readonly columns: Readonly<Record<string, string | number | null>>;
}

/** Where the log is read from: a database, or a file that it was exported to. Each in its order, from the start given. */
export interface LogSource {
  seals(afterSeq: number): AsyncIterable<Seal>;
  rows(table: LogTable, afterOrdinal: number): AsyncIterable<LogRow>;
  /** The entries of `retain`: which decisions are here no more. */
  retentions(): AsyncIterable<LogRow>;
}

/** Below every ordinal, also those that no writer of ours gives. */
export const beforeEveryOrdinal = Number.MIN_SAFE_INTEGER;

/** Rows of some kilobytes each, since items are read one row at a time; a page fits a Worker's memory many times over. */
const pageRows = 200;
const pageSeals = 10;

export function createDatabaseLog({ orm }: Pick<Database, 'orm'>): LogSource {
  const readDecisions = async (
    after: number,
  ): Promise<readonly (LogRow & { readonly isBatch: number })[]> => {
    const page = orm.select(withoutItems).from(decisions).where(gt(decisions.ordinal, after));
    return (await page.orderBy(asc(decisions.ordinal)).limit(pageRows)).map(decisionRow);
  };
  async function* decisionRows(after: number): AsyncIterable<LogRow> {
    for await (const { isBatch, ...row } of paged(readDecisions, ({ ordinal }) => ordinal, after)) {
      yield isBatch ? { ...row, items: await readItems(row.ordinal) } : row;
    }
  }
  const readItems = async (ordinal: number): Promise<string | null> => {
    const rows = orm.select({ items: decisions.items }).from(decisions).where(eq(decisions.ordinal, ordinal));
    return (await rows)[0]?.items ?? null;
  };
  const readEntries = async (after: number): Promise<readonly LogRow[]> => {
    const page = orm.select().from(auditEntries).where(gt(auditEntries.ordinal, after));
    return (await page.orderBy(asc(auditEntries.ordinal)).limit(pageRows)).map(entryRow);
  };
  const readRetentions = async (after: number): Promise<readonly LogRow[]> => {
    const page = orm
      .select()
      .from(auditEntries)
      .where(and(gt(auditEntries.ordinal, after), eq(auditEntries.verb, 'retain')));
    return (await page.orderBy(asc(auditEntries.ordinal)).limit(pageRows)).map(entryRow);
  };
  const readSeals = (after: number): Promise<readonly Seal[]> =>
    orm.select().from(seals).where(gt(seals.seq, after)).orderBy(asc(seals.seq)).limit(pageSeals);
  return {
    seals: (afterSeq) => paged(readSeals, (seal) => seal.seq, afterSeq),
    rows: (table, afterOrdinal) =>
      table === 'decisions'
        ? decisionRows(afterOrdinal)
        : paged(readEntries, (row) => row.ordinal, afterOrdinal),
    retentions: () => paged(readRetentions, (row) => row.ordinal, beforeEveryOrdinal),
  };
}

async function* paged<T>(
  read: (after: number) => Promise<readonly T[]>,
  keyOf: (item: T) => number,
  from: number,
): AsyncIterable<T> {
  let after = from;
  for (;;) {
    const page = await read(after);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = keyOf(last);
  }
}

const { items: _, ...columnsButItems } = getTableColumns(decisions);
const withoutItems = { ...columnsButItems, isBatch: sql<number>`items IS NOT NULL` };

type DecisionColumns = Omit<typeof decisions.$inferSelect, 'items'> & { readonly isBatch: number };

function decisionRow(row: DecisionColumns): LogRow & { readonly isBatch: number } {
  const { account, keyId, symbol, action, decidedAtMs, ...rest } = row;
  const columns = { account, keyId, symbol, action, decidedAtMs };
  return { table: 'decisions', ...rest, items: null, columns };
}

function entryRow(row: typeof auditEntries.$inferSelect): LogRow {
  const { atMs, keyId, account, verb, target, ...rest } = row;
  return { table: 'entries', ...rest, items: null, columns: { atMs, keyId, account, verb, target } };
}
