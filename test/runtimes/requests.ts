import type { Decision } from '../../src/client/client.ts';
import { wireBar } from '../../src/client/wire-bar.ts';
import type { DecisionRequest } from '../../src/http/decision-schemas.ts';
import { demoBars } from '../../src/local/demo-series.ts';
import { readSp500 } from '../../src/local/sp500.ts';

const barsPerRequest = 66;

/** A live request to the bundle that acts often; the seed picks the series. */
export function demoRequest(seed: number, nowMs: number): DecisionRequest {
  const bars = demoBars({ seed, endMs: nowMs, count: barsPerRequest });
  return {
    symbol: 'DEMO',
    bars: bars.map(wireBar),
  };
}

/** Requests about the real series, evenly over its days, each as of its last bar's day's end. */
export async function sp500Requests(count: number): Promise<readonly DecisionRequest[]> {
  const rows = await readSp500();
  const step = (rows.length - barsPerRequest) / count;
  return Array.from({ length: count }, (_, index) => {
    const end = barsPerRequest + Math.floor(index * step);
    const bars = rows.slice(end - barsPerRequest, end);
    return { symbol: 'SPX', bars, asOf: `${bars.at(-1)?.t}T23:00:00Z`, explain: index % 10 === 0 };
  });
}

/** An answer without what differs by call: id, times, and what is computed over them. */
export function withoutCallFacts(answer: Decision): object {
  const { id: _, at: __, validUntil: ___, load: ____, recordHash: _____, receipt: ______, ...rest } = answer;
  return rest;
}
