import type { ControlView } from '../control/view.ts';
import { err, type Result } from '../core/result.ts';
import type { Approved } from '../risk/check.ts';
import { type Estimates, type Hold, hold, type Intent, type Judgement } from './answer.ts';
import { capSize } from './cap-size.ts';
import { confine } from './confine.ts';
import { decisionTargetsOf } from './decision-targets-of.ts';
import type { Question } from './question.ts';

/** Looks again at the permission, as late as possible, and takes from a judgement what it no longer allows. */
export function permitted(
  question: Question,
  judged: Judgement,
  view: ControlView | undefined,
): Result<Approved<Intent>, Hold> {
  const judgement = capSize(judged, question);
  if (judgement.action === 'HOLD') return err(judgement);
  if (!view) return err(withoutPermission('the permission ended', judgement));
  return confine(judgement, decisionTargetsOf(question), view);
}

export const withoutPermission = (detail: string, estimates?: Estimates): Hold =>
  hold('safety', 'CONTROL_UNAVAILABLE', detail, estimates);

/** What is answered where it could not be recorded. */
export const withoutRoom = (estimates: Estimates): Hold =>
  hold('safety', 'LOG_UNAVAILABLE', 'the decision log has no room for this account', estimates);
