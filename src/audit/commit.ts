import { type Client, type InArgs, LibsqlError } from '@libsql/client/web';
import { messageOf } from '../core/message-of.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { AuditEntry, LinkedEntry } from './audit-entry.ts';
import type { Chain } from './chain.ts';
import type { DecisionRecord, LinkedRecord } from './decision-record.ts';
import type { WriteFailure } from './pending-records.ts';

/**
 * One statement however many its rows: they travel as one parameter of bytes, `?2` of them a JSON array of their columns, then
 * their texts, and behind a batch's record its items'. A row that exists stays as it is. Materialized, since SQLite would write
 * a row's array anew for each column that is taken from it.
 */
const insertDecisions = `
INSERT INTO decisions (id, writer, seq, chain_seq, prev, account, key_id, symbol, action, decided_at_ms, record_hash,
  receipt, record, items)
WITH rows AS MATERIALIZED (SELECT value FROM json_each(CAST(substr(?1, 1, ?2) AS TEXT)))
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
       value ->> 9, value ->> 10, value ->> 11,
       CAST(substr(?1, ?2 + value ->> 12, value ->> 13) AS TEXT),
       CAST(substr(?1, ?2 + value ->> 12 + value ->> 13, value ->> 14) AS TEXT)
FROM rows WHERE true
ON CONFLICT (id) DO NOTHING`;

const insertEntry = `
INSERT INTO audit_entries (id, writer, seq, chain_seq, prev, at_ms, key_id, account, verb, target, record_hash, record,
  receipt)
SELECT value ->> 'id', value ->> 'writer', value ->> 'seq', value ->> 'chainSeq', value ->> 'prev', value ->> 'atMs',
       value ->> 'keyId', value ->> 'account', value ->> 'verb', value ->> 'target', value ->> 'recordHash', value ->> 'record', value ->> 'receipt'
FROM json_each(json_array(json(?))) WHERE true
ON CONFLICT (id) DO NOTHING`;

/** A statement that is yet to run, as drizzle's builders are. */
export interface Write {
  toSQL(): { readonly sql: string; readonly params: readonly unknown[] };
}

/**
 * Errors that a database gives without having judged the statement: it is busy, full, out of memory, or stands
 * behind something that answers for it (https://www.sqlite.org/rescode.html; the others are of Hrana).
 */
const momentary =
  /^(SQLITE_(BUSY|LOCKED|IOERR|FULL|NOMEM|INTERRUPT|READONLY|CANTOPEN|PROTOCOL)|TRANSACTION_|STREAM_|HRANA_|SERVER_ERROR)/;

/** Errors by which it judges the rows themselves: a constraint or a trigger of theirs, their size, their types. */
const judgedTheRows = /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH)/;

/**
 * A batch goes in several statements side by side, each of this many records or more. On a saturated isolate a
 * statement's body leaves in pieces, a piece a turn of the event loop: in workerd at 2,500 decisions a second one
 * statement of 2,000 records took 1.2 s and the log fell behind, four of 100 took 0.1 s and it kept up; by 256 and more a thousand
 * records waited where by 128 a hundred and fifty do. Fewer cost more: the database takes 32 µs of processor time a row by 16, 16 by
 * 64 and 13 by 128.
 */
const statementRecordsMin = 128;
/** Of the six connections that a Worker may have open, some are left to the stores' other callers. */
const statementsMax = 4;

interface CommitOptions {
  readonly client: Client;
  /** Of the writer whose records these are. */
  readonly chain: Chain;
}

/** Links records and writes their rows idempotently. On failure it is unknown which of them were written. */
export async function commitDecisions(
  { client, chain }: CommitOptions,
  records: readonly DecisionRecord[],
): Promise<Result<void, WriteFailure>> {
  return commitLinked(
    client,
    records.map((record) => chain.link(record)),
  );
}

/** As {@link commitDecisions}, of records that have their links. */
export async function commitLinked(
  client: Client,
  linked: readonly LinkedRecord[],
): Promise<Result<void, WriteFailure>> {
  const written = await Promise.all(inStatements(linked).map((part) => insertRows(client, part)));
  const failures = written.flatMap((part) => (part.ok ? [] : [part.error]));
  const worst = failures.find(({ kind }) => kind === 'unavailable') ?? failures[0];
  return worst ? err(worst) : ok(undefined);
}

/**
 * Writes what a verb changes and its audit entry in one transaction. On failure nothing was written where it is `refused`, and
 * unknown where it is `unavailable`.
 *
 * @returns rows that each write changed, in order
 */
export async function commitVerb(
  { client, chain }: CommitOptions,
  writes: readonly Write[],
  entry: AuditEntry,
): Promise<Result<readonly number[], WriteFailure>> {
  const statements = writes.map(statementOf);
  try {
    const trace = { sql: insertEntry, args: [JSON.stringify(chain.link(entry))] };
    const results = await client.batch([...statements, trace], 'write');
    return ok(results.slice(0, writes.length).map(({ rowsAffected }) => rowsAffected));
  } catch (failure) {
    return err(failureOf(failure));
  }
}

/** Writes what was observed, which nobody did: it has no audit entry. All of it or nothing, as a verb. */
export async function commitObservation(
  client: Client,
  writes: readonly Write[],
): Promise<Result<readonly number[], WriteFailure>> {
  try {
    const results = await client.batch(writes.map(statementOf), 'write');
    return ok(results.map(({ rowsAffected }) => rowsAffected));
  } catch (failure) {
    return err(failureOf(failure));
  }
}

/** As {@link commitLinked}, of a verb's entry that could not be written when the verb was performed. */
export async function commitEntry(client: Client, entry: LinkedEntry): Promise<Result<void, WriteFailure>> {
  try {
    await client.execute({ sql: insertEntry, args: [JSON.stringify(entry)] });
    return ok(undefined);
  } catch (failure) {
    return err(failureOf(failure));
  }
}

function statementOf(write: Write) {
  const { sql, params } = write.toSQL();
  return { sql, args: params as InArgs };
}

function inStatements(records: readonly LinkedRecord[]): readonly (readonly LinkedRecord[])[] {
  const count = Math.min(statementsMax, Math.max(1, Math.floor(records.length / statementRecordsMin)));
  const size = Math.ceil(records.length / count);
  return Array.from({ length: count }, (_, index) => records.slice(index * size, (index + 1) * size));
}

async function insertRows(
  client: Client,
  records: readonly LinkedRecord[],
): Promise<Result<void, WriteFailure>> {
  try {
    await client.execute({ sql: insertDecisions, args: rowsOf(records) });
    return ok(undefined);
  } catch (failure) {
    return err(failureOf(failure));
  }
}

/**
 * As text, JSON within JSON within JSON, every quote of a record would be escaped twice, which was most of what a
 * statement cost the isolate; and the database would parse the records, only to print them again.
 */
function rowsOf(records: readonly LinkedRecord[]): [Uint8Array, number] {
  const texts = textsOf(records);
  const asAscii = columnsOf(records, (text) => text.length);
  const bytes = encoder.encode(asAscii + texts);
  if (bytes.length === asAscii.length + texts.length) return [bytes, asAscii.length];
  const columns = columnsOf(records, (text) => encoder.encode(text).length);
  return [encoder.encode(columns + texts), encoder.encode(columns).length];
}

/**
 * JSON array of rows, each with where its texts begin, behind all columns, and how many bytes each of them takes. Strings that
 * grow are put together once, by the encoder; to join lists of them costs V8 twice as much.
 */
function columnsOf(records: readonly LinkedRecord[], bytesOf: (text: string) => number): string {
  let rows = '';
  let textFrom = 1;
  for (const row of records) {
    const textBytes = bytesOf(row.record);
    const itemsBytes = row.items === undefined ? null : bytesOf(row.items);
    rows += `${rows === '' ? '' : ','}[${factsOf(row)},${textFrom},${textBytes},${itemsBytes}]`;
    textFrom += textBytes + (itemsBytes ?? 0);
  }
  return `[${rows}]`;
}

function textsOf(records: readonly LinkedRecord[]): string {
  let texts = '';
  for (const { record, items = '' } of records) texts += record + items;
  return texts;
}

/** In the order of {@link insertDecisions}. Ids, hashes and codes of ours need no escape. */
const factsOf = (row: LinkedRecord): string =>
  `"${row.id}","${row.writer}",${row.seq},${row.chainSeq},"${row.prev}",${JSON.stringify(row.account)}` +
  `,${JSON.stringify(row.keyId)},${JSON.stringify(row.symbol)},"${row.action}",${row.decidedAtMs}` +
  `,"${row.recordHash}","${row.receipt}"`;

const encoder = new TextEncoder();

function failureOf(failure: unknown): WriteFailure {
  const detail = messageOf(failure);
  if (!(failure instanceof LibsqlError)) return { kind: 'unavailable', detail };
  const isTooLarge = statusOf(failure.cause) === 413;
  if (!isTooLarge && momentary.test(failure.code)) return { kind: 'unavailable', detail };
  return { kind: 'refused', detail, isFinal: isTooLarge || judgedTheRows.test(failure.code) };
}

/** The HTTP status, where the failure is an answer that is not of the database itself. */
const statusOf = (cause: unknown): unknown =>
  cause instanceof Error && 'status' in cause ? cause.status : undefined;
