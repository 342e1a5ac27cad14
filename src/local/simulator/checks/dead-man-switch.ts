import { actionableIn } from '../exchange.ts';
import type { Check } from '../monitor.ts';
import { standingMsMax } from '../platform.ts';

interface SwitchOptions {
  /** Until when an operator's last heartbeat may have been heard, as of an instant. */
  readonly heardUntilMs: (atMs: number) => number;
  readonly heartbeatMsMax: number;
  readonly viewLifeMs: number;
}

/** G2, of the dead man's switch: once no operator was heard for as long as may be, and a view's life after, only exits leave. */
export function deadManSwitch({ heardUntilMs, heartbeatMsMax, viewLifeMs }: SwitchOptions): Check {
  return {
    replied(exchange) {
      const { reply, isolate } = exchange;
      const leftAtMs = reply?.leftAtMs ?? 0;
      const lateMs = leftAtMs - (heardUntilMs(leftAtMs) + heartbeatMsMax + viewLifeMs + standingMsMax);
      if (lateMs <= 0) return undefined;
      const opening = actionableIn(exchange).find(
        ({ answer: { effect } }) => effect === 'open' || effect === 'increase',
      );
      return opening
        ? `G2: isolate ${isolate.id} let ${opening.answer.effect} pass ${lateMs.toFixed(0)} ms into a silence`
        : undefined;
    },
  };
}
