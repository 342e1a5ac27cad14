import type { DecisionLog } from '../audit/decision-log.ts';
import type { Trace } from '../audit/trace.ts';
import type { Control } from '../control/control.ts';
import { overrideName } from '../control/overrides/operate-overrides.ts';
import type { UseOverride } from '../control/overrides/use-override.ts';
import { check } from '../risk/check.ts';
import type { RequestScope } from '../runtime.ts';
import type { Intent, Reason } from './answer.ts';
import { decisionTargetsOf } from './decision-targets-of.ts';
import type { Judged } from './judge-questions.ts';
import type { LiftOutcome, NamedOverride } from './named-override.ts';
import type { Question } from './question.ts';
import { viewFor } from './view-for.ts';

export interface LiftAsk {
  readonly overrideId: string;
  readonly question: Question;
  /** What the risk limit alone holds back. */
  readonly intent: Intent;
  readonly decisionId: string;
}

/** Uses an override for a decision that would pass but for the limit it lifts. One round trip at most; never throws. */
export type Lift = (ask: LiftAsk, scope: RequestScope) => Promise<LiftOutcome>;

interface LiftOptions {
  readonly control: Pick<Control, 'current' | 'isRevoked'>;
  readonly log: Pick<DecisionLog, 'hasRoom'>;
  readonly useOverride: UseOverride;
  readonly trace: Trace;
}

/**
 * An override is of the model in production, which the two people saw: a rung that stands in for it, or a candidate, keeps
 * its limit. It lifts no trading state: what would be held back by one, or finds no room in the log, does not use it up.
 */
export function createLift({ control, log, useOverride, trace }: LiftOptions): Lift {
  return async ({ overrideId, question, intent, decisionId }, scope) => {
    const { key, symbol, rung, arm } = question;
    const { action, risk } = intent;
    if (rung !== 'FULL' || arm !== 'production') return 'mismatched';
    const view = viewFor(key, control);
    if (!view || !check(intent, decisionTargetsOf(question), view).ok) return 'unused';
    if (risk === null || !log.hasRoom(key.account)) return 'unused';
    const { epoch } = view;
    const { clientAddress } = scope;
    const use = await useOverride({
      overrideId,
      decisionId,
      epoch,
      account: key.account,
      symbol,
      action,
      risk,
    });
    const outcome = use.ok ? use.value : 'unavailable';
    if (outcome !== 'applied' && outcome !== 'unavailable') return outcome;
    trace.leave(
      {
        actor: { kind: 'key', keyId: key.id, account: key.account },
        verb: 'use-override',
        target: overrideName(overrideId),
        reason: 'a decision named it',
        clientAddress,
        before: null,
        after: { decisionId, symbol, action, risk, outcome },
      },
      scope,
    );
    return outcome;
  };
}

/** A judgement with what an override that was named did for it; the ordinary limit where it did nothing. */
export function withOverride(judged: Judged, override: NamedOverride): Judged {
  const { judgement, withheld } = judged;
  const { outcome } = override;
  if (outcome === 'applied' && withheld) return { ...judged, override, judgement: withheld };
  if (outcome === 'unused' || judgement.action !== 'HOLD') return { ...judged, override };
  const reasons = [...judgement.reasons, reasonOf(outcome)] as const;
  return { ...judged, override, judgement: { ...judgement, reasons } };
}

function reasonOf(outcome: Exclude<LiftOutcome, 'unused'>): Reason {
  return outcome === 'unavailable'
    ? { code: 'OVERRIDE_UNAVAILABLE', detail: 'the override could not be used in time; it may be used up' }
    : { code: 'OVERRIDE_REFUSED', detail: `the override is ${outcome}` };
}
