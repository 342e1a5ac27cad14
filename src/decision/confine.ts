import { err, type Result } from '../core/result.ts';
import { type Approved, check, type Refusal, type TradingStates } from '../risk/check.ts';
import type { DecisionTargets } from '../risk/decision-targets.ts';
import { globalName } from '../risk/target.ts';
import { type Hold, hold, type Intent, type Judgement, type Reason } from './answer.ts';

/** What the trading state leaves of a judgement: it as it is, approved, or a HOLD that names everything in its way. */
export function confine(
  judgement: Judgement,
  about: DecisionTargets,
  states: TradingStates,
): Result<Approved<Intent>, Hold> {
  if (judgement.action === 'HOLD') return err(judgement);
  const checked = check(judgement, about, states);
  if (checked.ok) return checked;
  const [first, ...others] = checked.error;
  const { code, detail } = reasonOf(first, judgement);
  const held = hold('safety', code, detail, judgement);
  return err({
    ...held,
    reasons: [...held.reasons, ...others.map((refusal) => reasonOf(refusal, judgement))],
  });
}

function reasonOf({ target, tradingState }: Refusal, { effect }: Intent): Reason {
  switch (tradingState) {
    case 'HALTED':
      return {
        code: 'TRADING_HALTED',
        detail: target === globalName ? 'trading is halted' : `trading of ${target} is halted`,
      };
    case 'REDUCING':
      return {
        code: 'TRADING_REDUCING',
        detail: `${effect} would add exposure${target === globalName ? '' : `, and ${target} may only reduce it`}`,
      };
  }
}
