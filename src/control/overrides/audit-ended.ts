import type { Trace } from '../../audit/trace.ts';
import type { Control } from '../control.ts';
import { overrideName } from './operate-overrides.ts';
import type { SharedOverrides } from './shared-overrides.ts';

interface AuditEndedOptions {
  readonly shared: Pick<SharedOverrides, 'end'>;
  readonly control: Pick<Control, 'highest'>;
  readonly trace: Trace;
}

/**
 * Writes down, once over the fleet, which overrides ended without anybody having used or revoked them. With the minute's tick, since
 * what ends them needs nobody. An isolate that dies in between leaves no entry of those; the one of their approval states what ended
 * them. Never throws.
 */
export function createAuditEnded({ shared, control, trace }: AuditEndedOptions) {
  return async (): Promise<void> => {
    const ended = await shared.end(control.highest()?.epoch ?? 0);
    if (!ended.ok) return;
    const writing: Promise<void>[] = [];
    const scope = { waitUntil: (work: Promise<void>) => void writing.push(work), clientAddress: '' };
    for (const { id, state } of ended.value) {
      const facts = {
        actor: { kind: 'component', name: 'minute tick' },
        verb: 'end-override',
        target: overrideName(id),
        reason: reasons[state],
        clientAddress: null,
        before: { state: 'approved' },
        after: { state },
      } as const;
      trace.leave(facts, scope);
    }
    await Promise.all(writing);
  };
}

const reasons = {
  expired: 'its time is over, and nobody used it',
  superseded: 'a word on the trading state came, and nobody had used it',
} as const;
