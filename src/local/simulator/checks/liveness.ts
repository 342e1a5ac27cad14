import { decidedIn, type Exchange } from '../exchange.ts';
import type { Check } from '../monitor.ts';

/** Share of the requests whose policy says act that must be actionable when nothing is wrong. */
const actionableShareMin = 0.99;

/**
 * A service that always says HOLD fails. `isCalm` says of an exchange whether nothing was wrong around it: trading was
 * active, and the last fault is over for two lives of a view.
 */
export function liveness(isCalm: (exchange: Exchange) => boolean): Check {
  let asked = 0;
  let acted = 0;
  const missed: string[] = [];
  return {
    replied(exchange) {
      const { reply, asked: ask } = exchange;
      if (!reply || ask.kind !== 'decision' || ask.key.id !== 'roomy') return undefined;
      // A retry may be faster than what it retries.
      if (ask.idempotencyKey !== undefined) return undefined;
      if (ask.items[0].vector.action === 'HOLD' || !isCalm(exchange)) return undefined;
      asked += 1;
      if (decidedIn(exchange)[0]?.answer.actionable) acted += 1;
      else missed.push(wordsOf(exchange));
      return undefined;
    },
    ended: () =>
      acted < actionableShareMin * asked
        ? [`liveness: ${acted} of ${asked} were actionable; not so ${missed.slice(0, 3).join(', ')}`]
        : [],
  };
}

function wordsOf(exchange: Exchange): string {
  const { sentAtMs, isolate, reply } = exchange;
  const reason = decidedIn(exchange)[0]?.answer.reasons[0];
  return `${sentAtMs.toFixed(0)} ms, isolate ${isolate.id}: ${reply?.code ?? `${reason?.code} (${reason?.detail})`}`;
}
