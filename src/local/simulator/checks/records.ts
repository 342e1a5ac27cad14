import { sha256Hex } from '../../../core/digest.ts';
import type { ControlHistory } from '../control-history.ts';
import { type Exchange, isReplayed } from '../exchange.ts';
import type { Check, Truth } from '../monitor.ts';

interface Row {
  readonly id: string;
  readonly recordHash: string;
  readonly record: string;
  readonly receipt: string;
}

/**
 * G4: an answer that says `acked` has its row whatever was killed; so has one that says `outboxed`, unless Redis lost what
 * it held since it was asked; rows equal answers where nothing was killed; a row
 * that nobody was told of is one whose request was cut off, or names itself void.
 */
export function records({ history }: Truth): Check {
  return {
    replied: () => undefined,
    ended(exchanges, libsql) {
      const columns = 'SELECT id, record_hash, record, receipt FROM decisions';
      const rows = libsql
        .select(columns)
        .map(
          ([id = '', recordHash = '', record = '', receipt = '']) =>
            ({ id, recordHash, record, receipt }) as Row,
        );
      const byId = new Map(rows.map((row) => [row.id, row]));
      const told = new Set<string>();
      const wrong: string[] = [];
      for (const exchange of exchanges) {
        const { answer } = exchange.reply ?? {};
        if (!answer || answer.durability === 'none') continue;
        told.add(answer.id);
        const fault = recordFault(exchange, byId.get(answer.id), history);
        if (fault) wrong.push(`G4: ${fault}`);
      }
      return [...wrong, ...untold(rows, told, exchanges)];
    },
  };
}

function recordFault(exchange: Exchange, row: Row | undefined, history: ControlHistory): string | undefined {
  const answer = exchange.reply?.answer;
  if (!exchange.reply || !answer) return undefined;
  if (!row) {
    return mayBeLost(exchange, history)
      ? undefined
      : `no row for the answer ${answer.id}, ${answer.durability}`;
  }
  const isSame = row.recordHash === answer.recordHash && row.receipt === answer.receipt;
  return isSame && sha256Hex(row.record) === row.recordHash
    ? undefined
    : `the row of ${answer.id} differs from its answer`;
}

function mayBeLost({ reply, isolate, sentAtMs }: Exchange, { redisLostAtMs }: ControlHistory): boolean {
  switch (reply?.answer?.durability) {
    case 'pending':
      return isolate.platform.isDead || isReplayed(reply);
    case 'outboxed':
      return redisLostAtMs.some((lostAtMs) => lostAtMs >= sentAtMs) || isReplayed(reply);
    default:
      return false;
  }
}

/** A request that was cut off; or one that was refused after its row was written, whose void died with its isolate. */
const mayLeaveUntoldRow = ({ reply, isolate }: Exchange): boolean =>
  reply === undefined ||
  (isolate.platform.isDead && (reply.code === 'RECORD_UNAVAILABLE' || reply.code === 'SUPERSEDED'));

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
      voids.add(voided);
    }
  }
  const count = rows.filter(({ id }) => !told.has(id) && !voids.has(id)).length;
  const unanswered = exchanges.filter(mayLeaveUntoldRow).length;
  return count > unanswered
    ? [`G4: ${count} rows that nobody was told of, ${unanswered} requests cut off`]
    : [];
}
