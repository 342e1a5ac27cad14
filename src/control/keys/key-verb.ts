import type { EntryFacts } from '../../audit/audit-entry.ts';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import type { Trace } from '../../audit/trace.ts';
import type { Clock, Random } from '../../core/clock.ts';
import type { Database } from '../../store/database.ts';
import type { Approve } from '../approvals.ts';
import type { NewsOfKeys } from './news-of-keys.ts';

/** Who asks for something to be done to a key, why, and from where. */
export interface KeyAsk {
  /** The key that it is done to. */
  readonly id: string;
  readonly by: { readonly keyId: string; readonly account: string };
  /** Who stands behind that key. */
  readonly person: string;
  readonly reason: string;
  readonly clientAddress: string | null;
}

export interface KeyVerbOptions {
  readonly database: Database;
  readonly trail: AuditTrail;
  readonly trace: Trace;
  readonly approve: Approve;
  readonly news: NewsOfKeys;
  readonly random: Random;
  readonly clock: Clock;
  /** How many people it takes where one could make a second one of oneself: see keys/people-needed.ts. */
  readonly approvalsNeeded: 1 | 2;
}

/** Why nothing was done. */
export type NotDone =
  /** The word was taken; another person has to ask for the same within five minutes. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'second-person-needed' }
  /** A store did not answer. Of the database it is unknown whether it was done. */
  | { readonly kind: 'unavailable' };

/** What an entry says of a verb beside what it changed. */
export const keyFactsOf = (
  { id, by, reason, clientAddress }: KeyAsk,
  verb: 'create-key' | 'rotate-key' | 'revoke-key' | 'set-limits',
) =>
  ({
    actor: { kind: 'key', ...by },
    verb,
    target: `key:${id}`,
    reason,
    clientAddress,
  }) as const satisfies Omit<EntryFacts, 'before' | 'after'>;
