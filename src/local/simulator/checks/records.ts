import { canonicalJson } from '../../../core/canonical-json.ts';
import { sha256Hex } from '../../../core/digest.ts';
import type { Answer } from '../../../decision/answer.ts';
import type { ControlHistory } from '../control-history.ts';
import { decidedIn, type Exchange, isReplayed } from '../exchange.ts';
import type { Check, Truth } from '../monitor.ts';

interface Row {
  readonly id: string;
  readonly recordHash: string;
  readonly record: string;
  readonly receipt: string;
  /** Of a batch: the records of its items, JSON; '' otherwise. */
  readonly items: string;
}

/**
 * G4: an answer that says `acked` has its row whatever was killed; so has one that says `outboxed`, unless Redis lost what
 * it held since it was asked; rows equal answers where nothing was killed, items of a batch in the one row that they share; a row
 * that nobody was told of is one whose request was cut off, or names itself void.
 */
export function records({ history }: Truth): Check {
  return {
    replied: () => undefined,
    ended(exchanges, libsql) {
      const rows = libsql
        .select("SELECT id, record_hash, record, receipt, coalesce(items, '') FROM decisions")
        .map(
          ([id = '', recordHash = '', record = '', receipt = '', items = '']) =>
            ({ id, recordHash, record, receipt, items }) as Row,
        );
      const byId = new Map(rows.map((row) => [row.id, row]));
      const told = new Set<string>();
      const wrong: string[] = [];
      for (const exchange of exchanges) {
        for (const { answer } of decidedIn(exchange)) {
          if (answer.durability === 'none') continue;
          const rowId = rowIdOf(answer.id);
          told.add(rowId);
          const fault = recordFault(answer, byId.get(rowId), exchange, history);
          if (fault) wrong.push(`G4: ${fault}`);
        }
      }
      return [...wrong, ...untold(rows, told, exchanges)];
    },
  };
}

/** An item's id is its row's and its place. */
const rowIdOf = (id: string): string => id.split('.')[0] ?? id;

function recordFault(
  answer: Answer,
  row: Row | undefined,
  exchange: Exchange,
  history: ControlHistory,
): string | undefined {
  if (!row) {
    return mayBeLost(answer, exchange, history)
      ? undefined
      : `no row for the answer ${answer.id}, ${answer.durability}`;
  }
  const isSame = row.id === answer.id ? isRowOf(answer, row) : isItemOf(answer, row);
  return isSame && sha256Hex(row.record) === row.recordHash
    ? undefined
    : `the row of ${answer.id} differs from its answer`;
}

const isRowOf = ({ recordHash, receipt }: Answer, row: Row): boolean =>
  row.recordHash === recordHash && row.receipt === receipt;

/** The hash is that of what items share, and of what is the item's own. */
function isItemOf({ id, recordHash }: Answer, { record, items }: Row): boolean {
  const index = Number(id.split('.')[1]);
  const { itemHashes, shared, sharedOf }: BatchRecord = JSON.parse(record);
  const kept: readonly ({ readonly answer: { readonly id: string } } | null)[] = JSON.parse(items || '[]');
  const item = kept[index];
  const share = shared[sharedOf[index] ?? -1];
  if (!item || !share || item.answer.id !== id || itemHashes[index] !== recordHash) return false;
  return sha256Hex(sha256Hex(canonicalJson(share)) + canonicalJson(item)) === recordHash;
}

interface BatchRecord {
  readonly itemHashes: readonly unknown[];
  readonly shared: readonly object[];
  readonly sharedOf: readonly (number | null)[];
}

function mayBeLost(
  { durability }: Answer,
  { reply, isolate, sentAtMs }: Exchange,
  { redisLostAtMs }: ControlHistory,
): boolean {
  const isOfAnother = reply !== undefined && isReplayed(reply);
  switch (durability) {
    case 'pending':
      return isolate.platform.isDead || isOfAnother;
    case 'outboxed':
      return redisLostAtMs.some((lostAtMs) => lostAtMs >= sentAtMs) || isOfAnother;
    default:
      return false;
  }
}

/** A request that was cut off; or one that was refused after its row was written, whose void died with its isolate. */
function mayLeaveUntoldRow({ reply, isolate }: Exchange): boolean {
  if (!reply) return true;
  const codes = [reply.code, ...reply.items.map(({ code }) => code)];
  return (
    isolate.platform.isDead && codes.some((code) => code === 'RECORD_UNAVAILABLE' || code === 'SUPERSEDED')
  );
}

function untold(
  rows: readonly Row[],
  told: ReadonlySet<string>,
  exchanges: readonly Exchange[],
): readonly string[] {
  const voids = new Set<string>();
  for (const { id, record } of rows) {
    const voided = /"voids":\{"id":"([^"]+)"/.exec(record)?.[1];
    if (voided !== undefined) {
      voids.add(id);
      voids.add(rowIdOf(voided));
    }
  }
  const count = rows.filter(({ id }) => !told.has(id) && !voids.has(id)).length;
  const unanswered = exchanges.filter(mayLeaveUntoldRow).length;
  return count > unanswered
    ? [`G4: ${count} rows that nobody was told of, ${unanswered} requests cut off`]
    : [];
}
