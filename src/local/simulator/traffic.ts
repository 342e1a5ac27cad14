import { type Asked, requestOf } from './clients.ts';
import type { ControlHistory } from './control-history.ts';
import type { Draw } from './draw.ts';
import type { EventQueue } from './event-queue.ts';
import { type Exchange, type ReceivedReply, receive } from './exchange.ts';
import type { FaultCounts } from './faults.ts';
import type { Isolate } from './isolate.ts';
import { roomyKey, tightKeys } from './keys.ts';
import { StreamClient } from './stream-client.ts';

interface TrafficOptions {
  readonly time: EventQueue;
  readonly draw: Draw;
  readonly counts: FaultCounts;
  readonly history: ControlHistory;
  /** Bars that the features need. */
  readonly windowBars: number;
  /** A client has a reply. */
  readonly onReply: (exchange: Exchange) => void;
}

/** What the clients of a run ask, alone and on streams, and what they are answered. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #exchanges: Exchange[] = [];
  readonly #streams: StreamClient[] = [];

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  /** In the order in which they were asked; the frames of a stream as they were answered. */
  exchanges(): readonly Exchange[] {
    return this.#exchanges;
  }

  streams(): readonly StreamClient[] {
    return this.#streams;
  }

  /** Never settles where nobody answers, or the client is gone by then. */
  async send(asked: Asked, isolate: Isolate, goneInMs?: number): Promise<ReceivedReply> {
    const { time, counts, history, onReply } = this.#options;
    const exchange: Exchange = {
      asked,
      isolate,
      sentAtMs: time.monotonicMs(),
      redisLosses: history.redisLostAtMs.length,
      isCut: false,
      reply: undefined,
    };
    this.#exchanges.push(exchange);
    const { response, gone } = isolate.serve(requestOf(asked));
    const goAway = () => {
      if (exchange.reply) return;
      counts['client gone'] += 1;
      exchange.isCut = true;
      gone();
    };
    if (goneInMs !== undefined) time.after(goneInMs, goAway);
    const given = await response;
    const reply = await receive(given, asked, time.monotonicMs());
    exchange.reply = reply;
    onReply(exchange);
    return reply;
  }

  openStream(isolate: Isolate): StreamClient {
    const { time, draw, history, windowBars, onReply } = this.#options;
    const key = draw.pick([roomyKey, tightKeys[0]] as const);
    const onDecided = (exchange: Exchange): void => {
      this.#exchanges.push(exchange);
      onReply(exchange);
    };
    const stream = new StreamClient({ time, draw, history, isolate, key, windowBars, onDecided });
    stream.open();
    this.#streams.push(stream);
    return stream;
  }
}
