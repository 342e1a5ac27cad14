import { openStream, type Stream } from '../../../src/client/stream.ts';
import { webSocketTransport } from '../../../src/client/web-socket-transport.ts';
import { wireBar } from '../../../src/client/wire-bar.ts';
import type { Tick } from '../../../src/http/stream-frames.ts';
import { demoBars } from '../../../src/local/demo-series.ts';

interface StreamsOptions {
  /** `http://host:port`. */
  readonly origin: string;
  readonly authorization: string;
  /** Ticks of a frame. */
  readonly count: number;
  readonly durationMs: number;
}

interface StreamsOutcome {
  readonly decisions: number;
  /** Ticks that were answered with a problem, such as OVERLOADED. */
  readonly refused: number;
  readonly durationMs: number;
  /** Why the figures may not be published. */
  readonly fault: string | undefined;
}

export const STREAM_COUNT = 4;
/** Frames under way on each: the service takes 16. */
const FRAMES_UNDER_WAY = 8;
const SYMBOL = 'DEMO';
const WINDOW_BARS = 70;
const HISTORY_BARS = 5_000;
const DAY_MS = 86_400_000;

/** Streams of history, each as fast as its frames are answered; a stream that comes to its end begins again. */
export async function runStreams(options: StreamsOptions): Promise<StreamsOutcome> {
  const bars = demoBars({ seed: 1, endMs: Date.now(), count: HISTORY_BARS }).map(wireBar);
  const startedAt = performance.now();
  const untilMs = startedAt + options.durationMs;
  const outcomes = await Promise.all(
    Array.from({ length: STREAM_COUNT }, () => runOne(options, bars, untilMs)),
  );
  return {
    decisions: outcomes.reduce((sum, { decisions }) => sum + decisions, 0),
    refused: outcomes.reduce((sum, { refused }) => sum + refused, 0),
    durationMs: performance.now() - startedAt,
    fault: outcomes.find(({ fault }) => fault !== undefined)?.fault,
  };
}

/** What one stream came to so far. */
interface Tally {
  decisions: number;
  refused: number;
  fault: string | undefined;
}

async function runOne(
  { origin, authorization, count }: StreamsOptions,
  bars: readonly ReturnType<typeof wireBar>[],
  untilMs: number,
): Promise<Tally> {
  const tally: Tally = { decisions: 0, refused: 0, fault: undefined };
  const opened = await openStream({
    baseUrl: origin,
    authorization,
    transport: webSocketTransport((url, headers) => new WebSocket(url, { headers } as never)),
    onControl: () => undefined,
  });
  if (opened.kind !== 'ok') return { ...tally, fault: JSON.stringify(opened) };
  while (tally.fault === undefined && performance.now() < untilMs) {
    const window = await opened.value.window({ symbol: SYMBOL, bars: bars.slice(0, WINDOW_BARS) });
    if (window.kind !== 'ok') tally.fault = JSON.stringify(window);
    else await playOnce(opened.value, bars, { count, untilMs, tally });
  }
  opened.value.close();
  return tally;
}

interface Play {
  readonly count: number;
  readonly untilMs: number;
  readonly tally: Tally;
}

/** Until the bars end, or a frame is refused: what follows it is no series then, and the window is opened again. */
async function playOnce(
  stream: Stream,
  bars: readonly ReturnType<typeof wireBar>[],
  { count, untilMs, tally }: Play,
): Promise<void> {
  let isRefused = false;
  const take = (reply: Awaited<ReturnType<Stream['ticks']>>): void => {
    if (reply.kind === 'unreachable') {
      tally.fault ??= JSON.stringify(reply);
      return;
    }
    const decided = reply.kind === 'ok' ? reply.value.filter((item) => 'action' in item) : [];
    const unsafe = decided.find(({ holdKind }) => holdKind === 'safety');
    if (unsafe) tally.fault ??= JSON.stringify(unsafe);
    isRefused ||= decided.length < count;
    tally.decisions += decided.length;
    tally.refused += count - decided.length;
  };
  const underWay = new Set<Promise<void>>();
  for (let at = WINDOW_BARS; at + count <= bars.length; at += count) {
    if (isRefused || tally.fault !== undefined || performance.now() >= untilMs) break;
    const ticks = bars
      .slice(at, at + count)
      .map((bar): Tick => ({ symbol: SYMBOL, ...bar, asOf: Number(bar.t) + DAY_MS }));
    const frame = stream.ticks(ticks).then((reply) => {
      underWay.delete(frame);
      take(reply);
    });
    underWay.add(frame);
    if (underWay.size >= FRAMES_UNDER_WAY) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}
