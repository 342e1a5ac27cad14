import type { Answer } from '../../decision/answer.ts';
import type { TargetName } from '../../risk/target.ts';
import type { TradingState } from '../../risk/trading-state.ts';
import type { ServerSocket, SocketEvents } from '../../runtime.ts';
import { type AskedItem, strategies } from './clients.ts';
import type { ControlChange, ControlHistory } from './control-history.ts';
import type { Draw } from './draw.ts';
import { type EventQueue, virtualEpochMs } from './event-queue.ts';
import { type Exchange, itemReplyOf } from './exchange.ts';
import type { Isolate } from './isolate.ts';
import { authorizationOf, type SimulatedKey } from './keys.ts';
import type { Activity } from './platform.ts';
import type { Vector } from './small-model.ts';
import { isAbout } from './targets.ts';

interface StreamClientOptions {
  readonly time: EventQueue;
  readonly draw: Draw;
  readonly history: ControlHistory;
  readonly isolate: Isolate;
  readonly key: SimulatedKey;
  /** Bars that the features need. */
  readonly windowBars: number;
  /** A frame of ticks was answered. */
  readonly onDecided: (exchange: Exchange) => void;
}

type Frame =
  | { readonly type: 'hello' | 'heartbeat' | 'closing' }
  | { readonly type: 'window' }
  | { readonly type: 'refused' }
  | {
      readonly type: 'decisions';
      readonly seq: number;
      readonly items: readonly (Answer | { readonly code: string })[];
    }
  | ControlFrame;

interface ControlFrame {
  readonly type: 'control';
  readonly tradingState: TradingState | null;
  readonly targets: readonly { readonly target: TargetName }[];
}

interface AskedTick {
  readonly item: AskedItem;
  readonly sentAtMs: number;
  readonly redisLosses: number;
}

const oneWayMsMax = 4;
const dayMs = 86_400_000;
/** The last day that is over. */
const lastBarMs = Math.floor(virtualEpochMs / dayMs) * dayMs - dayMs;
/** Of the last bar, over 100 of all before: both returns of the model's features are its logarithm. */
const closes: Readonly<Record<Vector['action'], number>> = { BUY: 150, SELL: 60, HOLD: 100 };
/** A stream looks at the state of things so often (http/stream-session.ts), and renews its view first. */
const toldMsMax = 400;
/** Longer than a resume is under way where nothing goes wrong. */
const resumeMsMax = 1_000;

/**
 * One client's stream: again and again it opens the window of a symbol and sends the bar that closes it. What it is told of
 * halts is looked at when all is over.
 */
export class StreamClient {
  readonly #options: StreamClientOptions;
  readonly #activity: Activity = { isOver: false };
  readonly #asked = new Map<number, AskedTick>();
  readonly #told: { readonly atMs: number; readonly frame: ControlFrame }[] = [];
  #events: SocketEvents | undefined;
  #openedAtMs = Infinity;
  #closedAtMs = Infinity;
  #next: AskedItem | undefined;
  #seq = 0;

  constructor(options: StreamClientOptions) {
    this.#options = options;
  }

  open(): void {
    const { isolate, key } = this.#options;
    isolate.platform.acceptStream = (accept) => this.#accept(accept);
    const headers = { authorization: authorizationOf(key), upgrade: 'websocket' };
    isolate.serve(new Request('http://service.sim/v1/stream', { headers }));
  }

  /** Opens the window anew; the tick follows its answer. */
  ask(): void {
    const { draw, windowBars } = this.#options;
    const action = draw.pick(['BUY', 'SELL', 'HOLD'] as const);
    const strategy = draw.pick([...strategies, undefined]);
    this.#next = { vector: { action, features: {} }, position: 'unsaid', strategy, isMalformed: false };
    const bars = Array.from({ length: windowBars + 1 }, (_, index) =>
      barOf(lastBarMs - (windowBars + 1 - index) * dayMs, 100),
    );
    this.#send({ type: 'window', symbol: 'DEMO', strategy, bars });
  }

  /** Halts that the stream was not told of, though its isolate fared well all the time. */
  faults(viewLifeMs: number): readonly string[] {
    const { isolate, history } = this.#options;
    const { redis, libsql } = isolate.platform.link.troubledAtMs;
    const { isDead, stalledMs } = isolate.platform;
    if (isDead || stalledMs > 0 || Math.max(redis, libsql) > Number.NEGATIVE_INFINITY) return [];
    return history.changes
      .filter((change) => change.tradingState === 'HALTED' && !change.isOfEither)
      .filter((change) => !this.#wasTold(change, viewLifeMs))
      .map(({ target, epoch }) => `G2: a stream was not told of the halt of ${target}, epoch ${epoch}`);
  }

  #wasTold({ target, begunAtMs, takenAtMs }: ControlChange, viewLifeMs: number): boolean {
    const { history, key } = this.#options;
    const byMs = Math.min(takenAtMs.redis ?? Infinity, takenAtMs.libsql ?? Infinity) + viewLifeMs + toldMsMax;
    const isOpen = this.#openedAtMs <= begunAtMs && byMs < this.#closedAtMs;
    const isLifted = history.resumes.some(
      (asked) =>
        asked.target === target && asked.begunAtMs >= begunAtMs - resumeMsMax && asked.begunAtMs <= byMs,
    );
    // Of strategies it is told while a window of one is open, of others never.
    const isItsOwn = !target.startsWith('strategy:') && isAbout(target, key.account, undefined);
    if (!isOpen || isLifted || !isItsOwn) return true;
    return this.#told.some(({ atMs, frame }) => atMs >= begunAtMs && atMs <= byMs && isHeld(frame, target));
  }

  #accept(accept: (socket: ServerSocket) => SocketEvents): Response {
    const { time } = this.#options;
    this.#openedAtMs = time.monotonicMs();
    this.#events = accept({
      send: (text) => this.#receive(JSON.parse(text)),
      close: () => {
        this.#closedAtMs = time.monotonicMs();
      },
      bufferedBytes: () => null,
    });
    return new Response('', { status: 200 });
  }

  #send(frame: object): void {
    const { time, draw, isolate } = this.#options;
    const text = JSON.stringify(frame);
    time.after(draw.between(0.2, oneWayMsMax), () =>
      isolate.platform.begin(this.#activity, () => this.#events?.onText(text)),
    );
  }

  #receive(frame: Frame): void {
    const { time } = this.#options;
    if (frame.type === 'control') this.#told.push({ atMs: time.monotonicMs(), frame });
    if (frame.type === 'window') this.#tick();
    if (frame.type === 'decisions') this.#decided(frame.seq, frame.items);
  }

  #tick(): void {
    const item = this.#next;
    if (!item) return;
    const { time, history } = this.#options;
    this.#seq += 1;
    const redisLosses = history.redisLostAtMs.length;
    this.#asked.set(this.#seq, { item, sentAtMs: time.monotonicMs(), redisLosses });
    const tick = { symbol: 'DEMO', ...barOf(lastBarMs, closes[item.vector.action]) };
    this.#send({ type: 'ticks', seq: this.#seq, ack: this.#seq - 1, ticks: [tick] });
  }

  #decided(seq: number, items: readonly (Answer | { readonly code: string })[]): void {
    const { time, isolate, key, onDecided } = this.#options;
    const asked = this.#asked.get(seq);
    if (!asked) return;
    const { item, sentAtMs, redisLosses } = asked;
    const isHeldBack = items.some(
      (one) => 'action' in one && one.reasons.some(({ code }) => code === 'CONTROL_UNAVAILABLE'),
    );
    const about = { kind: 'stream', key, body: '', idempotencyKey: undefined, isRetry: false } as const;
    onDecided({
      // Its window cost a token too.
      asked: { ...about, durability: 'pending', items: [item], tokens: 2 },
      isolate,
      sentAtMs,
      redisLosses,
      isCut: false,
      reply: {
        leftAtMs: time.monotonicMs(),
        status: 200,
        headers: new Headers(isHeldBack ? {} : { ratelimit: 'told elsewhere' }),
        text: JSON.stringify(items),
        items: items.map(itemReplyOf),
        code: undefined,
      },
    });
  }
}

const barOf = (tMs: number, close: number) => ({ t: tMs, o: 100, h: 200, l: 50, c: close, v: 1 });

const isHeld = ({ tradingState, targets }: ControlFrame, target: TargetName): boolean =>
  target === 'global' ? tradingState === 'HALTED' : targets.some((setting) => setting.target === target);
