import { messageOf } from '../core/message-of.ts';
import type { Answer } from '../decision/answer.ts';
import type { DecisionRequest } from '../http/decision-schemas.ts';
import type { ProblemBody } from '../http/problem.ts';
import type { ServiceFrame, Tick } from '../http/stream-frames.ts';

/** The WebSocket beneath a stream, once it is open. */
export interface StreamSocket {
  send(text: string): void;
  close(): void;
}

/** Opens a WebSocket; rejects when the service refuses to upgrade. `onClose` is called once, with the close code. */
export type StreamTransport = (call: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly onText: (text: string) => void;
  readonly onClose: (code: number) => void;
}) => Promise<StreamSocket>;

/** What a frame came to. `unreachable` says nothing about whether the service decided. */
export type StreamReply<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'problem'; readonly problem: ProblemBody; readonly retryAfterMs: number | null }
  | { readonly kind: 'unreachable'; readonly detail: string };

export interface StreamEnd {
  /** Of the close frame: after 1012 the windows are opened again on a new stream, with the tokens. */
  readonly code: number;
  readonly problem: ProblemBody | null;
  /** By symbol. */
  readonly tokens: Readonly<Record<string, string>>;
}

type Control = Extract<ServiceFrame, { type: 'control' }>;
type WindowRequest = Pick<DecisionRequest, 'symbol' | 'model' | 'interval' | 'strategy'> & {
  readonly bars: NonNullable<DecisionRequest['bars']>;
  readonly token?: string;
};

export interface Stream {
  /** Opens a symbol's window, or replaces it. Gives the last bar's start. */
  window(request: WindowRequest): Promise<StreamReply<string>>;
  /** Of each tick its decision, or the problem that it was refused with. Waits while too many frames are under way. */
  ticks(ticks: readonly Tick[]): Promise<StreamReply<Items>>;
  close(): void;
  readonly ended: Promise<StreamEnd>;
}

interface StreamOptions {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** The whole header value: `Bearer <id>.<secret>`. */
  readonly authorization: string;
  readonly transport: StreamTransport;
  /** The control state, at first and whenever it changed. */
  readonly onControl: (control: Control) => void;
}

/** Of each tick its decision, or the problem that it was refused with. */
type Items = readonly (Answer | ProblemBody)[];
type Settle<T> = (reply: StreamReply<T>) => void;

/** A stream of the public API. It never comes back by itself: only its caller has the bars to replay. */
export async function openStream({
  baseUrl,
  authorization,
  transport,
  onControl,
}: StreamOptions): Promise<StreamReply<Stream>> {
  const connection = new Connection(onControl);
  try {
    const socket = await transport({
      url: `${baseUrl.replace(/^http/, 'ws')}/v1/stream`,
      headers: { authorization },
      onText: (text) => connection.receive(JSON.parse(text)),
      onClose: (code) => connection.end(code),
    });
    return { kind: 'ok', value: connection.over(socket) };
  } catch (failure) {
    return { kind: 'unreachable', detail: messageOf(failure) };
  }
}

class Connection {
  readonly #onControl: (control: Control) => void;
  readonly #ended = Promise.withResolvers<StreamEnd>();
  /** They are answered in their order. */
  readonly #windows: Settle<string>[] = [];
  readonly #ticks = new Map<number, Settle<Items>>();
  readonly #waiting: (() => void)[] = [];
  #closing: Omit<StreamEnd, 'code'> = { problem: null, tokens: {} };
  #isOver = false;
  #underWayMax = 1;
  #seq = 0;
  #ack = 0;

  constructor(onControl: (control: Control) => void) {
    this.#onControl = onControl;
  }

  over(socket: StreamSocket): Stream {
    return {
      ended: this.#ended.promise,
      close: () => socket.close(),
      window: (request) =>
        this.#isOver
          ? Promise.resolve(over)
          : new Promise((settle) => {
              this.#windows.push(settle);
              socket.send(JSON.stringify({ type: 'window', ...request }));
            }),
      ticks: async (ticks) => {
        while (!this.#isOver && this.#ticks.size >= this.#underWayMax) {
          await new Promise<void>((go) => this.#waiting.push(go));
        }
        if (this.#isOver) return over;
        return new Promise((settle) => {
          this.#seq += 1;
          this.#ticks.set(this.#seq, settle);
          socket.send(JSON.stringify({ type: 'ticks', seq: this.#seq, ack: this.#ack, ticks }));
        });
      },
    };
  }

  receive(frame: ServiceFrame): void {
    switch (frame.type) {
      case 'hello':
        this.#underWayMax = frame.unacknowledgedMax;
        break;
      case 'control':
        this.#onControl(frame);
        break;
      case 'window':
        this.#windows.shift()?.({ kind: 'ok', value: frame.lastBar });
        break;
      case 'decisions':
        this.#ack = Math.max(this.#ack, frame.seq);
        this.#settleTicks(frame.seq, { kind: 'ok', value: frame.items });
        break;
      case 'refused':
        this.#refused(frame);
        break;
      case 'closing':
        this.#closing = frame;
        break;
      case 'heartbeat':
        break;
    }
  }

  end(code: number): void {
    this.#isOver = true;
    for (const settle of this.#windows.splice(0)) settle(over);
    for (const settle of this.#ticks.values()) settle(over);
    this.#ticks.clear();
    for (const go of this.#waiting.splice(0)) go();
    const { problem, tokens } = this.#closing;
    this.#ended.resolve({ code, problem, tokens });
  }

  #refused({ seq, problem, retryAfterMs }: Extract<ServiceFrame, { type: 'refused' }>): void {
    if (seq === null) this.#windows.shift()?.({ kind: 'problem', problem, retryAfterMs });
    else this.#settleTicks(seq, { kind: 'problem', problem, retryAfterMs });
  }

  #settleTicks(seq: number, reply: StreamReply<Items>): void {
    const settle = this.#ticks.get(seq);
    this.#ticks.delete(seq);
    settle?.(reply);
    this.#waiting.shift()?.();
  }
}

const over = { kind: 'unreachable', detail: 'the stream ended' } as const;
