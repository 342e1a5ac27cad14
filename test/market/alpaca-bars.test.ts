import { describe, expect, it } from 'vitest';
import { createMarketDataStandin } from '../../src/local/market-data-standin.ts';
import { createAlpacaBars } from '../../src/market/alpaca-bars.ts';
import type { WantedBars } from '../../src/market/bar-source.ts';
import { VirtualTime } from '../virtual-time.ts';

const nowMs = Date.parse('2026-11-25T15:00:00Z');
const wanted: WantedBars = { symbol: 'AAPL', calendar: 'XNYS', interval: '1d', count: 2, nowMs };
const row = (t: string, c = 10) => ({ t, o: 10, h: 12, l: 9, c, v: 5, n: 3, vw: 10.1 });
/** As the API stamps days: midnight in New York. */
const days = ['2026-11-25T05:00:00Z', '2026-11-24T05:00:00Z', '2026-11-23T05:00:00Z', '2026-11-20T05:00:00Z'];
const stocks = { bars: days.map((t) => row(t)), symbol: 'AAPL', next_page_token: null };

function sourceThat(fetch: (url: string, init: RequestInit) => Promise<Response>) {
  const time = new VirtualTime();
  const secrets = { keyId: 'k', secret: 's' };
  const source = createAlpacaBars({ url: 'http://data/', ...secrets, fetch, timers: time, deadlineMs: 800 });
  return { time, source };
}

const answering = (body: unknown, status = 200) =>
  sourceThat(async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }));

describe('bars of the market data API', () => {
  it('are the latest closed ones, ascending; the day that is open still is left out', async () => {
    const loaded = await answering(stocks).source.load(wanted);
    expect(loaded).toMatchObject({
      ok: true,
      value: [{ tMs: Date.parse(days[2] ?? '') }, { tMs: Date.parse(days[1] ?? ''), open: 10, volume: 5 }],
    });
  });

  it('are asked for by key, newest first, over more days than sessions', async () => {
    const calls: { url: URL; init: RequestInit }[] = [];
    const { source } = sourceThat(async (url, init) => {
      calls.push({ url: new URL(url), init });
      return Response.json(stocks);
    });
    await source.load(wanted);
    const [{ url, init } = { url: new URL('http://none'), init: {} }] = calls;
    expect(calls).toHaveLength(1);
    expect(`${url.origin}${url.pathname}`).toBe('http://data/v2/stocks/AAPL/bars');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      ...{ timeframe: '1Day', sort: 'desc', limit: '7', adjustment: 'split' },
    });
    expect(Date.parse(url.searchParams.get('start') ?? '')).toBeLessThan(nowMs - 14 * 86_400_000);
    expect(init.headers).toMatchObject({ 'apca-api-key-id': 'k', 'apca-api-secret-key': 's' });
  });

  it('of what trades around the clock stand under their symbol', async () => {
    const t = (day: number) => `2026-11-${day}T00:00:00Z`;
    const bars = { 'BTC/USD': [row(t(25)), row(t(24)), row(t(23))] };
    const loaded = await answering({ bars, next_page_token: null }).source.load({
      ...wanted,
      ...{ symbol: 'BTC/USD', calendar: '24x7' },
    });
    expect(loaded).toMatchObject({
      ok: true,
      value: [{ tMs: Date.parse(t(23)) }, { tMs: Date.parse(t(24)) }],
    });
  });

  it.each<[string, unknown, number, 'refused' | 'failed']>([
    ['an unknown symbol', { message: 'not found' }, 404, 'refused'],
    ['a symbol without bars', { bars: null, symbol: 'AAPL', next_page_token: null }, 200, 'refused'],
    ['too few bars', { ...stocks, bars: stocks.bars.slice(0, 2) }, 200, 'refused'],
    ['a day that is missing', { ...stocks, bars: stocks.bars.toSpliced(2, 1) }, 200, 'refused'],
    ['a key that is not taken', { message: 'forbidden.' }, 403, 'failed'],
    ['its own rate limit', { message: 'too many requests.' }, 429, 'failed'],
    ['an error of its own', 'oops', 500, 'failed'],
    ['what is not JSON', '<html>', 200, 'failed'],
    ['another shape', { bars: 'many' }, 200, 'failed'],
    ['a price of nothing', { ...stocks, bars: stocks.bars.map((bar) => ({ ...bar, c: 0 })) }, 200, 'failed'],
    ['more bars than were asked for', { ...stocks, bars: Array(8).fill(row(days[1] ?? '')) }, 200, 'failed'],
    ['the oldest first', { ...stocks, bars: stocks.bars.toReversed() }, 200, 'failed'],
  ])('are none where it answers with %s', async (_, body, status, kind) => {
    expect(await answering(body, status).source.load(wanted)).toMatchObject({ ok: false, error: { kind } });
  });

  it('are none where it cannot be reached', async () => {
    const { source } = sourceThat(async () => Promise.reject(new Error('refused')));
    expect(await source.load(wanted)).toMatchObject({ ok: false, error: { kind: 'failed' } });
  });

  it('are none where it hangs, after the deadline, and the call is given up', async () => {
    let signal: AbortSignal | null | undefined;
    const { source, time } = sourceThat((_, init) => {
      signal = init.signal;
      return new Promise(() => undefined);
    });
    const loading = source.load(wanted);
    await time.advance(801);
    expect(await loading).toMatchObject({ ok: false, error: { kind: 'failed' } });
    expect(signal?.aborted).toBe(true);
  });

  it('come from the stand-in as from the API', async () => {
    const clock = { nowMs: () => nowMs };
    const standin = createMarketDataStandin({ keyId: 'k', secret: 's', clock });
    const { url } = await standin.listen(0, '127.0.0.1');
    const options = { url, keyId: 'k', secret: 's', fetch, timers: new VirtualTime(), deadlineMs: 800 };
    try {
      const demo: WantedBars = { ...wanted, symbol: 'DEMO', calendar: '24x7', count: 70 };
      const loaded = await createAlpacaBars(options).load(demo);
      if (!loaded.ok) throw new Error(loaded.error.detail);
      expect(loaded.value).toHaveLength(70);
      expect(loaded.value.at(-1)?.tMs).toBe(Date.parse('2026-11-24T00:00:00Z'));
      expect(await createAlpacaBars(options).load({ ...demo, symbol: 'OTHER' })).toMatchObject({
        error: { kind: 'refused' },
      });
      expect(await createAlpacaBars({ ...options, secret: 'x' }).load(demo)).toMatchObject({
        error: { kind: 'failed' },
      });
    } finally {
      await standin.close();
    }
  });
});
