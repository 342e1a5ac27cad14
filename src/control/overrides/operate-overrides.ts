import type { EntryFacts } from '../../audit/audit-entry.ts';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import type { Trace } from '../../audit/trace.ts';
import type { IdSource } from '../../core/ids.ts';
import type { Result } from '../../core/result.ts';
import { nameOf } from '../../risk/target.ts';
import type { RequestScope } from '../../runtime.ts';
import type { Approve } from '../approvals.ts';
import type { Override, OverrideState, OverrideTerms } from './override.ts';
import type { SharedOverrides } from './shared-overrides.ts';

/** Who asks, why, from where, and under which view of the control state. */
interface Asked {
  readonly by: { readonly keyId: string; readonly account: string };
  readonly reason: string;
  readonly clientAddress: string | null;
  /** Of the view; 0 where there is none. */
  readonly epoch: number;
}

export interface ApproveOverrideAsk extends Asked {
  /** Who stands behind the key that asks. */
  readonly person: string;
  readonly terms: OverrideTerms;
  /** From the second word on, in milliseconds; at most `overrideLifeMsMax`. */
  readonly lifeMs: number;
}

export interface RevokeOverrideAsk extends Asked {
  readonly id: string;
}

export type OverrideApproval =
  | { readonly kind: 'approved'; readonly override: Override }
  /** Another key has to ask for the same within five minutes, at the same epoch. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'second-person-needed' }
  /** Nothing was done: another epoch is in force, or too many are held. */
  | { readonly kind: 'moved' | 'full' }
  | { readonly kind: 'unavailable' };

export type OverrideRevocation =
  | { readonly kind: 'revoked' }
  | { readonly kind: 'ended'; readonly state: Exclude<OverrideState, 'approved' | 'revoked'> }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable' };

/** What people do to overrides. An `unavailable` may have been done. */
export interface OperateOverrides {
  /** Two people's word, whatever is configured for a resume: an override is made by nobody alone. */
  approve(ask: ApproveOverrideAsk, scope: RequestScope): Promise<OverrideApproval>;
  /** One person's; it waits for no audit. May be repeated. */
  revoke(ask: RevokeOverrideAsk, scope: RequestScope): Promise<OverrideRevocation>;
  list(epoch: number): Promise<Result<readonly Override[], string>>;
}

interface OperateOverridesOptions {
  readonly shared: SharedOverrides;
  /** Takes people's words. */
  readonly agree: Approve;
  readonly trail: AuditTrail;
  readonly trace: Trace;
  readonly ids: IdSource;
}

export function createOperateOverrides(options: OperateOverridesOptions): OperateOverrides {
  const { shared, agree, trail, trace, ids } = options;

  /** Its entry is written first, so that none is good that the trail does not know. */
  async function keep(
    { terms, lifeMs, epoch, ...asked }: ApproveOverrideAsk,
    approvedBy: readonly string[],
    scope: RequestScope,
  ): Promise<OverrideApproval> {
    const id = ids.next();
    const facts = factsOf(asked, 'approve-override', overrideName(id));
    const agreed = { ...terms, lifeMs, epoch, approvedBy };
    const written = await trail.commit(trail.seal({ ...facts, before: null, after: agreed }), []);
    const { reason } = asked;
    const kept = written.ok
      ? await shared.approve({ ...terms, id, epoch, lifeMs, approvedBy, reason })
      : written;
    if (kept.ok && kept.value.kind === 'approved') {
      const { expiresAtMs } = kept.value;
      const override = {
        ...terms,
        id,
        state: 'approved',
        expiresAtMs,
        epoch,
        endedBy: null,
        approvedBy,
        reason,
      } as const;
      return { kind: 'approved', override };
    }
    const outcome = kept.ok && kept.value.kind !== 'approved' ? kept.value.kind : 'unavailable';
    trace.leave({ ...facts, before: agreed, after: { outcome } }, scope);
    return { kind: outcome };
  }

  return {
    async approve(ask, scope) {
      const { terms, lifeMs, epoch, by, person } = ask;
      const what = { verb: 'approve-override', ...terms, lifeMs, epoch };
      const words = await agree({ what, keyId: by.keyId, person, peopleNeeded: 2 });
      if (!words.ok) return { kind: 'unavailable' };
      switch (words.value.kind) {
        case 'same':
          return { kind: 'second-person-needed' };
        case 'pending': {
          const facts = factsOf(ask, 'approve-override', nameOf({ kind: 'account', id: terms.account }));
          trace.leave(
            { ...facts, before: null, after: { ...terms, lifeMs, epoch, approvalsNeeded: 2 } },
            scope,
          );
          return { kind: 'pending' };
        }
        case 'approved':
          return keep(ask, words.value.by, scope);
      }
    },
    async revoke(ask, scope) {
      const { id, by, epoch } = ask;
      const outcome = await shared.revoke(id, by.keyId, epoch);
      const facts = factsOf(ask, 'revoke-override', overrideName(id));
      if (!outcome.ok) {
        trace.leave({ ...facts, before: null, after: { outcome: 'unavailable' } }, scope);
        return { kind: 'unavailable' };
      }
      if (outcome.value === 'unknown') return { kind: 'unknown' };
      if (outcome.value !== 'revoked') return { kind: 'ended', state: outcome.value };
      trace.leave({ ...facts, before: null, after: { state: 'revoked' } }, scope);
      return { kind: 'revoked' };
    },
    list: shared.list,
  };
}

export const overrideName = (id: string): string => `override:${id}`;

const factsOf = (
  { by, reason, clientAddress }: Omit<Asked, 'epoch'>,
  verb: 'approve-override' | 'revoke-override',
  target: string,
) =>
  ({
    actor: { kind: 'key', ...by },
    verb,
    target,
    reason,
    clientAddress,
  }) as const satisfies Omit<EntryFacts, 'before' | 'after'>;
