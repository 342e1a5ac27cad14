import type { Client } from '@libsql/client/web';
import type { Clock } from '../core/clock.ts';
import type { IdSource } from '../core/ids.ts';
import type { Result } from '../core/result.ts';
import { type AuditEntry, type EntryFacts, sealEntry } from './audit-entry.ts';
import type { Chain } from './chain.ts';
import { commitVerb, type Write } from './commit.ts';
import type { WriteFailure } from './pending-records.ts';
import type { Writer } from './writer.ts';

/** How a verb leaves its trace: it has its entry sealed, and then what it changes is written with that entry. */
export interface AuditTrail {
  /** Gives an entry its id, place and time. Throws where a fact has no JSON text. */
  seal(facts: EntryFacts): AuditEntry;
  /**
   * Writes all of it or nothing. After `unavailable` it is unknown which; the same call again is harmless as far as
   * the verb's own writes are.
   *
   * @returns rows that each write changed, in order
   */
  commit(entry: AuditEntry, writes: readonly Write[]): Promise<Result<readonly number[], WriteFailure>>;
}

interface AuditTrailOptions {
  readonly client: Client;
  readonly writer: Writer;
  /** The writer's. */
  readonly chain: Chain;
  readonly ids: IdSource;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly receiptSecret: string;
}

export function createAuditTrail(options: AuditTrailOptions): AuditTrail {
  const { client, writer, chain, ids, clock, receiptSecret } = options;
  return {
    seal(facts) {
      const place = { id: ids.next(), ...writer.nextPlace(), atMs: clock.nowMs() };
      return sealEntry(receiptSecret, place, facts);
    },
    commit: (entry, writes) => commitVerb({ client, chain }, writes, entry),
  };
}
