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
    durationMs: performance.now() - startedAt,
    fault: outcomes.find(({ fault }) => fault !== undefined)?.fault,
  };
}

async function runOne(
  { origin, authorization, count }: StreamsOptions,
  bars: readonly ReturnType<typeof wireBar>[],
  untilMs: number,
): Promise<{ readonly decisions: number; readonly fault: string | undefined }> {
  const opened = await openStream({
    baseUrl: origin,
    authorization,
    transport: webSocketTransport((url, headers) => new WebSocket(url, { headers } as never)),
    onControl: () => undefined,
  });
  if (opened.kind !== 'ok') return { decisions: 0, fault: JSON.stringify(opened) };
  let decisions = 0;
  let fault: string | undefined;
  while (fault === undefined && performance.now() < untilMs) {
    const window = await opened.value.window({ symbol: SYMBOL, bars: bars.slice(0, WINDOW_BARS) });
    if (window.kind !== 'ok') fault = JSON.stringify(window);
    else ({ decisions, fault } = await playOnce(opened.value, bars, count, untilMs, decisions));
  }
  opened.value.close();
  return { decisions, fault };
}

async function playOnce(
  stream: Stream,
  bars: readonly ReturnType<typeof wireBar>[],
  count: number,
  untilMs: number,
  before: number,
): Promise<{ decisions: number; fault: string | undefined }> {
  let decisions = before;
  let fault: string | undefined;
  const underWay = new Set<Promise<void>>();
  for (let at = WINDOW_BARS; at + count <= bars.length; at += count) {
    if (fault !== undefined || performance.now() >= untilMs) break;
    const ticks = bars
      .slice(at, at + count)
      .map((bar): Tick => ({ symbol: SYMBOL, ...bar, asOf: Number(bar.t) + DAY_MS }));
    const frame = stream.ticks(ticks).then((reply) => {
      underWay.delete(frame);
      if (reply.kind !== 'ok') fault ??= JSON.stringify(reply);
      else if (!reply.value.every((item) => 'action' in item && item.holdKind !== 'safety'))
        fault ??= JSON.stringify(reply.value[0]);
      else decisions += reply.value.length;
    });
    underWay.add(frame);
    if (underWay.size >= FRAMES_UNDER_WAY) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  return { decisions, fault };
}
