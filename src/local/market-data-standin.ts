import type { IncomingHttpHeaders } from 'node:http';
import { wireBar } from '../client/wire-bar.ts';
import { DAY_MS } from '../core/civil-date.ts';
import type { Bar } from '../features/bar.ts';
import { demoBars } from './demo-series.ts';
import {
  createJsonService,
  type JsonService,
  type ServiceRequest,
  type ServiceResponse,
} from './json-service.ts';

interface StandinOptions {
  readonly keyId: string;
  readonly secret: string;
  readonly clock: { nowMs(): number };
}

/** The security that does not exist, which `npm start` serves; its day is the UTC one. */
const symbol = 'DEMO';
const seed = 7;
const barsMax = 10_000;

/**
 * What Alpaca's market data API says of crypto bars, of the one demo security: newest first, today's open bar before the closed ones,
 * `null` where it has none (https://docs.alpaca.markets/reference/cryptobars-1). It answers as the tests of `alpaca-bars.ts` hold.
 */
export function createMarketDataStandin(options: StandinOptions): JsonService {
  return createJsonService(async (request) => answer(request, options));
}

function answer({ path, query, headers }: ServiceRequest, options: StandinOptions): ServiceResponse {
  if (!isKnown(headers, options)) return { status: 403, body: '{"message":"forbidden."}' };
  if (path !== '/v1beta3/crypto/us/bars') return { status: 404, body: '{"message":"endpoint not found."}' };
  if (query.get('timeframe') !== '1Day' || query.get('sort') !== 'desc') {
    return { status: 400, body: '{"message":"the stand-in has days, newest first"}' };
  }
  const asked = query.get('symbols') ?? '';
  const limit = Math.min(barsMax, Number(query.get('limit') ?? 1_000));
  const bars = asked === symbol ? { [symbol]: newestBars(limit, options.clock.nowMs()).map(alpacaBar) } : {};
  return { status: 200, body: JSON.stringify({ bars, next_page_token: null }) };
}

const isKnown = (headers: IncomingHttpHeaders, { keyId, secret }: StandinOptions): boolean =>
  headers['apca-api-key-id'] === keyId && headers['apca-api-secret-key'] === secret;

/** The series ends tomorrow, so that its last bar is today's. */
const newestBars = (count: number, nowMs: number): readonly Bar[] =>
  demoBars({ seed, endMs: nowMs + DAY_MS, count }).toReversed();

const alpacaBar = (bar: Bar) => ({
  ...wireBar(bar),
  t: new Date(bar.tMs).toISOString().replace('.000Z', 'Z'),
  n: 1,
  vw: bar.close,
});
