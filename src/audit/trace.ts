import type { Timers } from '../core/clock.ts';
import type { RequestScope } from '../runtime.ts';
import type { EntryFacts } from './audit-entry.ts';
import type { AuditTrail } from './audit-trail.ts';

/** The trace of a verb that waits for no audit: a halt works while nothing can be written about it. */
export interface Trace {
  /** Writes the entry behind the answer; told again while the database is away, for as long as such work may last. */
  leave(facts: EntryFacts, scope: RequestScope): void;
}

interface TraceOptions {
  readonly trail: AuditTrail;
  readonly timers: Timers;
  /** Is told of an entry that could not be written. */
  readonly report: (failure: unknown) => void;
}

/** Together some 20 s: Workers leave 30 s to work behind an answer. */
const retryMs = [50, 100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000, 3_000, 3_000] as const;

export function createTrace({ trail, timers, report }: TraceOptions): Trace {
  async function write(facts: EntryFacts): Promise<void> {
    const entry = trail.seal(facts);
    let detail = '';
    for (const waitMs of retryMs) {
      const written = await trail.commit(entry, []);
      if (written.ok) return;
      detail = written.error.detail;
      await timers.sleep(waitMs);
    }
    report(`audit: the entry of ${facts.verb} on ${facts.target} was not written: ${detail}`);
  }

  return {
    leave(facts, scope) {
      scope.waitUntil(write(facts).catch(report));
    },
  };
}
