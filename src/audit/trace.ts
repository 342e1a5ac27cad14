import type { Clock, Timers } from '../core/clock.ts';
import type { Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import type { AuditEntry, EntryFacts } from './audit-entry.ts';
import type { AuditTrail } from './audit-trail.ts';

/** The trace of a verb that waits for no audit: a halt works while nothing can be written about it. */
export interface Trace {
  /**
   * Writes the entry behind the answer. While the database is away it is kept in the outbox, from where any isolate writes
   * it; while both are, it is tried again for as long as such work may last.
   */
  leave(facts: EntryFacts, scope: RequestScope): void;
}

interface TraceOptions {
  readonly trail: AuditTrail;
  /** Keeps an entry in the outbox. A failure leaves it unknown whether it is there; a second copy does no harm. */
  readonly keep: (entry: AuditEntry) => Promise<Result<void, string>>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly timers: Timers;
  /** Is told, in full, of an entry that neither store took. */
  readonly report: (failure: unknown) => void;
}

/** Workers leave 30 s to work behind an answer, and the last try may wait for both stores. */
const triedForMs = 18_000;
const retryMsMin = 50;
const retryMsMax = 3_000;

export function createTrace({ trail, keep, clock, timers, report }: TraceOptions): Trace {
  async function write(facts: EntryFacts): Promise<void> {
    const entry = trail.seal(facts);
    const endsAtMs = clock.monotonicMs() + triedForMs;
    for (let waitMs = retryMsMin; ; waitMs = Math.min(retryMsMax, 2 * waitMs)) {
      const written = await trail.commit(entry, []);
      if (written.ok) return;
      const kept = await keep(entry);
      if (kept.ok) return;
      if (clock.monotonicMs() >= endsAtMs) {
        const detail = `${written.error.detail}; ${kept.error}`;
        return report(`audit: an entry is in no store (${detail}): ${entry.record} receipt ${entry.receipt}`);
      }
      await timers.sleep(waitMs);
    }
  }

  return {
    leave(facts, scope) {
      scope.waitUntil(write(facts).catch(report));
    },
  };
}
