import type { EntryFacts } from '../audit/audit-entry.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Trace } from '../audit/trace.ts';
import type { Clock } from '../core/clock.ts';
import { nameOf, type Target } from '../risk/target.ts';
import type { RequestScope } from '../runtime.ts';
import type { Control } from './control.ts';
import { entryOf, withEntry } from './control-state.ts';
import type { Levelling } from './levelling.ts';
import type { Restrict } from './restrict.ts';
import { resumeRow } from './resume-row.ts';
import type { SharedResume } from './shared-resume.ts';
import type { ControlState } from './view.ts';

export interface ResumeAsk {
  readonly target: Target;
  /** The epoch that it ends: the highest of all, as the person saw it. */
  readonly epoch: number;
  /** Never used twice. */
  readonly nonce: string;
  readonly by: { readonly keyId: string; readonly account: string };
  /** Who stands behind that key. */
  readonly person: string;
  readonly reason: string;
  readonly clientAddress: string | null;
}

export type Resumption =
  | { readonly kind: 'resumed'; readonly epoch: number }
  /** Another person's word is needed too, within five minutes. */
  | { readonly kind: 'pending' }
  /** Nothing was resumed: something else was said since, or there is nothing to end. */
  | { readonly kind: 'moved' | 'active' | 'nonce-used' | 'second-person-needed' }
  /** Nothing was resumed: a store could not be read. */
  | { readonly kind: 'unavailable' }
  /** Not both stores confirmed it. `isHalted`: a halt at a higher epoch was confirmed since. */
  | { readonly kind: 'unconfirmed'; readonly isHalted: boolean };

export type Resume = (ask: ResumeAsk, scope: RequestScope) => Promise<Resumption>;

interface ResumeOptions {
  readonly control: Pick<Control, 'learn'>;
  readonly levelling: Pick<Levelling, 'level'>;
  readonly shared: SharedResume;
  readonly trail: AuditTrail;
  readonly trace: Trace;
  readonly restrict: Pick<Restrict, 'halt'>;
  readonly clock: Clock;
  readonly approvalsNeeded: 1 | 2;
}

/**
 * The only way in which trading of the whole, or of a target, is let go again. It needs both stores: they are read and brought level first,
 * then each is changed by a compare-and-set, libSQL in one batch with the audit entry. A halt meanwhile wins: it has moved
 * the epoch, or is at this one and stricter, or at a higher one. After anything but two confirmations it halts again.
 */
export function createResume(options: ResumeOptions): Resume {
  const { control, levelling, shared, trail, trace, restrict, clock, approvalsNeeded } = options;

  async function haltAgain(state: ControlState, ask: ResumeAsk, scope: RequestScope): Promise<Resumption> {
    // Above the epoch that may have been written, and may still arrive.
    control.learn({ ...state, epoch: state.epoch + 1 });
    const evidence = {
      actor: { kind: 'component', name: 'resume' },
      reason: `not both stores confirmed the resume of epoch ${state.epoch}`,
      clientAddress: ask.clientAddress,
    } as const;
    const restriction = await restrict.halt(ask.target, evidence, scope);
    return { kind: 'unconfirmed', isHalted: restriction.kind === 'restricted' };
  }

  async function lift(
    state: ControlState,
    approvedBy: readonly string[],
    ask: ResumeAsk,
    scope: RequestScope,
  ): Promise<Resumption> {
    const lifted = { target: nameOf(ask.target), tradingState: 'ACTIVE', epoch: state.epoch + 1 } as const;
    const entry = trail.seal({ ...factsOf(ask, state), after: { ...lifted, nonce: ask.nonce, approvedBy } });
    const row = resumeRow(lifted, { by: ask.by.keyId, reason: ask.reason, atMs: clock.nowMs() });
    const written = await trail.commit(entry, [row]);
    // Also a refusal: of a request that was delivered twice it is the second answer, and the first was written.
    if (!written.ok) return haltAgain(state, ask, scope);
    const outcome = await shared.resume(lifted.target, state.epoch);
    if (!outcome.ok || outcome.value === 'moved') return haltAgain(state, ask, scope);
    control.learn(withEntry(state, lifted));
    return { kind: 'resumed', epoch: lifted.epoch };
  }

  async function level(ask: ResumeAsk) {
    const change = { by: ask.by.keyId, reason: 'one store knew it alone', atMs: clock.nowMs() };
    const first = await levelling.level(change);
    return first.ok ? first : levelling.level(change);
  }

  return async (ask, scope) => {
    const levelled = await level(ask);
    if (!levelled.ok) return { kind: 'unavailable' };
    const state = levelled.value;
    const { epoch, nonce } = ask;
    const target = nameOf(ask.target);
    if (state.epoch !== epoch) return { kind: 'moved' };
    if (entryOf(state, target).tradingState === 'ACTIVE') return { kind: 'active' };
    const approval = await shared.approve({
      ...{ target, epoch, nonce, keyId: ask.by.keyId },
      ...{ person: ask.person, approvalsNeeded },
    });
    if (!approval.ok) return { kind: 'unavailable' };
    switch (approval.value.kind) {
      case 'used':
        return { kind: 'nonce-used' };
      case 'same':
        return { kind: 'second-person-needed' };
      case 'pending':
        trace.leave({ ...factsOf(ask, state), after: { nonce, approvalsNeeded } }, scope);
        return { kind: 'pending' };
      case 'approved': {
        const { first } = approval.value;
        return lift(state, [...(first === null ? [] : [first]), ask.by.keyId], ask, scope);
      }
    }
  };
}

const factsOf = ({ target, by, reason, clientAddress }: ResumeAsk, state: ControlState) =>
  ({
    actor: { kind: 'key', ...by },
    verb: 'resume',
    target: nameOf(target),
    reason,
    clientAddress,
    before: entryOf(state, nameOf(target)),
  }) as const satisfies Omit<EntryFacts, 'after'>;
