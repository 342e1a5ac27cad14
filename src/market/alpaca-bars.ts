import type { Alarms } from '../core/clock.ts';
import { messageOf } from '../core/message-of.ts';
import { parseJson } from '../core/parse-json.ts';
import { err, ok, type Result } from '../core/result.ts';
import { type Bar, validateBars } from '../features/bar.ts';
import type { BarSource, SourceFault, WantedBars } from './bar-source.ts';
import { type Calendar, freshness, type Interval, lengthMsOf } from './calendar.ts';
import { checkSeries } from './series.ts';

interface AlpacaOptions {
  /** `https://data.alpaca.markets`, or what speaks as it does. */
  readonly url: string;
  readonly keyId: string;
  readonly secret: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly timers: Alarms;
  /** For the whole answer, in milliseconds. */
  readonly deadlineMs: number;
}

const timeframes: Readonly<Record<Interval, string>> = {
  '1m': '1Min',
  '5m': '5Min',
  '15m': '15Min',
  '1h': '1Hour',
  '1d': '1Day',
};

/** The one that is still open, and some that a venue corrects away. */
const extraBars = 5;
/** Weekends and holidays, however they fall: more days than sessions. */
const daysASession = 2;
const holidaysMs = 14 * 86_400_000;

/**
 * Bars of Alpaca's market data API: of shares `GET /v2/stocks/{symbol}/bars`, of what trades around the clock
 * `GET /v1beta3/crypto/us/bars` (https://docs.alpaca.markets/reference/stockbarsingle-1, .../cryptobars-1). Prices are adjusted for
 * splits, newest first; a bar that is open still is left out.
 */
export function createAlpacaBars(options: AlpacaOptions): BarSource {
  return {
    async load(wanted) {
      const exchanged = await exchange(addressOf(options.url, wanted), options);
      if (!exchanged.ok) return exchanged;
      const { status, text } = exchanged.value;
      if (status !== 200) return err(faultOf(status));
      return closedBarsIn(rowsIn(parseJson(text), wanted), wanted);
    },
  };
}

function addressOf(url: string, { symbol, calendar, interval, count, nowMs }: WantedBars): string {
  const asked = count + extraBars;
  const spanMs = asked * lengthMsOf(calendar, interval) * daysASession + holidaysMs;
  const query = new URLSearchParams({
    timeframe: timeframes[interval],
    start: new Date(nowMs - spanMs).toISOString(),
    limit: String(asked),
    sort: 'desc',
  });
  const base = url.replace(/\/+$/, '');
  switch (calendar) {
    case 'XNYS':
      query.set('adjustment', 'split');
      return `${base}/v2/stocks/${encodeURIComponent(symbol)}/bars?${query}`;
    case '24x7':
      query.set('symbols', symbol);
      return `${base}/v1beta3/crypto/us/bars?${query}`;
  }
}

async function exchange(
  address: string,
  { keyId, secret, fetch, timers, deadlineMs }: AlpacaOptions,
): Promise<Result<{ readonly status: number; readonly text: string }, SourceFault>> {
  const abandoned = new AbortController();
  let stop = (): void => undefined;
  const expiry = new Promise<'late'>((resolve) => {
    stop = timers.setAlarm(deadlineMs, () => resolve('late'));
  });
  const work = async () => {
    const response = await fetch(address, {
      headers: { 'apca-api-key-id': keyId, 'apca-api-secret-key': secret, accept: 'application/json' },
      redirect: 'manual',
      signal: abandoned.signal,
    });
    return { status: response.status, text: await response.text() };
  };
  try {
    const answer = await Promise.race([work(), expiry]);
    if (answer !== 'late') return ok(answer);
    abandoned.abort();
    return failed(`did not answer within ${deadlineMs} ms`);
  } catch (failure) {
    return failed(`cannot be reached: ${messageOf(failure)}`);
  } finally {
    stop();
  }
}

const failed = (detail: string): Result<never, SourceFault> => err({ kind: 'failed', detail });

/** What it does not know is not its failure; a key that it does not take, and its own limit, are ours to see. */
function faultOf(status: number): SourceFault {
  const isRefusal = status === 400 || status === 404 || status === 422;
  return { kind: isRefusal ? 'refused' : 'failed', detail: `answered ${status}` };
}

/** Of stocks a list, of crypto a list a symbol, newest first; null where there are none. Undefined for what is neither. */
function rowsIn(body: unknown, { calendar, symbol }: WantedBars): readonly unknown[] | undefined {
  if (!isObject(body)) return undefined;
  const { bars } = body;
  const rows = calendar === '24x7' && isObject(bars) ? bars[symbol] : bars;
  if (rows === null || rows === undefined) return [];
  return Array.isArray(rows) ? rows.toReversed() : undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function closedBarsIn(
  rows: readonly unknown[] | undefined,
  { calendar, interval, count, nowMs }: WantedBars,
): Result<readonly Bar[], SourceFault> {
  const read = validateBars(rows, { nowMs, barsMax: count + extraBars });
  if (!read.ok) return failed(`gave no bars: ${read.faults[0]?.path} ${read.faults[0]?.message}`);
  const closed = read.bars.filter(({ tMs }) => isClosed(calendar, interval, tMs, nowMs)).slice(-count);
  if (closed.length < count) {
    return err({ kind: 'refused', detail: `has ${closed.length} closed bars of ${count}` });
  }
  const [fault] = checkSeries(calendar, interval, closed);
  return fault ? err({ kind: 'refused', detail: `has a series with a fault: ${fault.message}` }) : ok(closed);
}

const isClosed = (calendar: Calendar, interval: Interval, tMs: number, nowMs: number): boolean =>
  freshness(calendar, interval, tMs, nowMs, 0).kind !== 'open';
