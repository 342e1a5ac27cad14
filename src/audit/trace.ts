import type { Timers } from '../core/clock.ts';
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
  readonly timers: Timers;
  /** Is told, in full, of an entry that neither store took. */
  readonly report: (failure: unknown) => void;
}

/** Together some 20 s: Workers leave 30 s to work behind an answer. */
const retryMs = [50, 100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000, 3_000, 3_000] as const;

export function createTrace({ trail, keep, timers, report }: TraceOptions): Trace {
  async function write(facts: EntryFacts): Promise<void> {
    const entry = trail.seal(facts);
    let detail = '';
    for (const waitMs of retryMs) {
      const written = await trail.commit(entry, []);
      if (written.ok) return;
      const kept = await keep(entry);
      if (kept.ok) return;
      detail = `${written.error.detail}; ${kept.error}`;
      await timers.sleep(waitMs);
    }
    report(`audit: an entry is in no store (${detail}): ${entry.record} receipt ${entry.receipt}`);
  }

  return {
    leave(facts, scope) {
      scope.waitUntil(write(facts).catch(report));
    },
  };
}
