import { breakerSettings } from '../../../control/breakers/breaker-settings.ts';
import { actionableIn, type Exchange } from '../exchange.ts';
import type { MarketSource } from '../market-source.ts';
import type { Check } from '../monitor.ts';
import { standingMsMax } from '../platform.ts';
import { fetchedVector } from '../small-model.ts';

/** For so long bars are as good as just fetched (decision/supply-bars.ts). */
const reusedMs = 1_000;
/** Requests of one moment fail together: those that were asked for before the first was answered. */
const togetherMax = 5;

/**
 * G6, of bars that the service fetches itself: what adds exposure follows only from bars that the source gave just now, and
 * before it ever gave any nothing is acted upon. G3: a source that fails is left alone, by each isolate at the latest after as many
 * failures as its breaker counts.
 */
export function marketData(source: MarketSource, isolatesMade: () => number): Check {
  return {
    replied: (exchange) =>
      exchange.asked.items[0].vector === fetchedVector ? unfounded(exchange, source) : undefined,
    ended(exchanges) {
      const { failures, probes } = breakerSettings['market-data'];
      const most = isolatesMade() * (failures + togetherMax + probes);
      const asked = source.failedAtMs.length;
      const without = exchanges.filter((exchange) => exchange.asked.items[0].vector === fetchedVector);
      const hasActed = without.some((exchange) => actionableIn(exchange).length > 0);
      return [
        ...(asked > most ? [`G3: a market data source that fails was asked ${asked} times`] : []),
        ...(without.length > 0 && !hasActed ? ['liveness: by fetched bars nothing was acted upon'] : []),
      ];
    },
  };
}

function unfounded(exchange: Exchange, { answeredAtMs }: MarketSource): string | undefined {
  const { sentAtMs, reply } = exchange;
  const leftAtMs = reply?.leftAtMs ?? 0;
  const isFounded = (sinceMs: number): boolean =>
    answeredAtMs.some((atMs) => atMs >= sinceMs && atMs <= leftAtMs);
  for (const { answer } of actionableIn(exchange)) {
    const adds = answer.effect === 'open' || answer.effect === 'increase';
    // Bars are counted from when they came, which is a way later than they left.
    const sinceMs = adds ? sentAtMs - reusedMs - travelMsMax - standingMsMax : 0;
    if (!isFounded(sinceMs))
      return `G6: ${answer.action} to ${answer.effect} without bars of its source, by ${answer.data.source} ones`;
  }
  return undefined;
}

const travelMsMax = 50;
