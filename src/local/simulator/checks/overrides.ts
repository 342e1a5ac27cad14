import type { Effect } from '../../../risk/effect.ts';
import type { ControlHistory } from '../control-history.ts';
import { actionableIn, type Decided, type Exchange } from '../exchange.ts';
import type { Check } from '../monitor.ts';
import type { OverrideHistory, OverrideTold } from '../override-history.ts';
import { riskOfRisky } from '../small-model.ts';

interface OverridesOptions {
  readonly overrides: OverrideHistory;
  readonly history: ControlHistory;
  /** Of the model whose risk is above its limit, whatever it is asked. */
  readonly riskyVersion: string;
}

/**
 * What a risk limit holds back passes by an override alone: one that two people agreed to, of that action and risk, which nobody
 * took back and no word on the trading state has ended by then, and by which no other decision passed.
 */
export function overrides({ overrides: told, history, riskyVersion }: OverridesOptions): Check {
  const usedBy = new Map<string, string>();

  function fault({ answer }: Decided, { sentAtMs }: Exchange): string | undefined {
    const { override: named, action, id } = answer;
    if (named?.outcome !== 'applied') return 'without an override';
    const override = told.of(named.id);
    if (!override) return 'by an override that nobody was told of';
    if (override.action !== action || override.riskMax < riskOfRisky)
      return 'by an override of something else';
    if ((override.revokedAtMs ?? Infinity) < sentAtMs) return 'by an override that was revoked';
    if (wasSuperseded(override, sentAtMs, history))
      return 'by an override of before a word on the trading state';
    const other = usedBy.get(named.id) ?? id;
    usedBy.set(named.id, id);
    return other === id ? undefined : 'by an override that another decision had used';
  }

  return {
    replied: (exchange) =>
      actionableIn(exchange)
        .filter(({ answer }) => answer.model.version === riskyVersion && addsTo(answer.effect))
        .map((decided) => {
          const wrong = fault(decided, exchange);
          return wrong && `override: a ${decided.answer.action} passed the risk limit ${wrong}`;
        })
        .find((violation) => violation !== undefined),
  };
}

const addsTo = (effect: Effect): boolean => effect === 'open' || effect === 'increase';

const wasSuperseded = ({ toldAtMs }: OverrideTold, sentAtMs: number, { changes }: ControlHistory): boolean =>
  changes.some(
    ({ begunAtMs, takenAtMs }) => begunAtMs >= toldAtMs && (takenAtMs.redis ?? Infinity) < sentAtMs,
  );
