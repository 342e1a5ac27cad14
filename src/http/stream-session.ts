import type { Control } from '../control/control.ts';
import type { Overload } from '../control/overload/overload.ts';
import type { ControlView, Permit } from '../control/view.ts';
import { checkOfShape } from '../core/check-of-shape.ts';
import type { Clock, Timers } from '../core/clock.ts';
import type { Eventual } from '../core/eventual.ts';
import type { Result } from '../core/result.ts';
import type { Pipeline } from '../decision/pipeline.ts';
import type { KeyFacts, Question } from '../decision/question.ts';
import type { Registry } from '../models/registry.ts';
import { type Setting, settingsOn } from '../risk/check.ts';
import { targetsOf } from '../risk/decision-targets.ts';
import type { RequestScope, ServerSocket, SocketEvents } from '../runtime.ts';
import { Stages } from '../telemetry/stages.ts';
import { answeredItems } from './answered-items.ts';
import { parseJson } from './body.ts';
import { decisionShapes } from './decision-shapes.ts';
import type { InboxRoom } from './inbox-room.ts';
import { type Problem, problemBody } from './problem.ts';
import { readShape } from './read-shape.ts';
import { overloaded } from './shedding-door.ts';
import {
  clientFrameSchema,
  type ServiceFrame,
  type TicksFrame,
  ticksMax,
  unacknowledgedMax,
  type WindowFrame,
} from './stream-frames.ts';
import type { StreamWindows } from './stream-windows.ts';

export interface StreamSessionOptions {
  readonly socket: ServerSocket;
  readonly scope: RequestScope;
  readonly control: Control;
  readonly registry: Pick<Registry, 'enter' | 'follow'>;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly windows: StreamWindows;
  /** Of all streams of the isolate. */
  readonly room: InboxRoom;
  readonly overload: Pick<Overload, 'takeOn'>;
  readonly report: (failure: unknown) => void;
  readonly isDraining: () => boolean;
  /** Behind answers: the minute's tick, where it is due. */
  readonly followJobs: (scope: RequestScope) => void;
  /** Proves the key anew; it may have been revoked, or have another limit by now. */
  readonly authenticate: () => Eventual<Result<KeyFacts, Problem>>;
  readonly key: KeyFacts;
  readonly onEnd: () => void;
  /** Calls that the isolate has made so far. */
  readonly callCount: () => number;
  readonly limits: StreamLimits;
}

/** What nearly every frame is; any other is read by its schema, which says what does not fit. */
const isTicksFrame = checkOfShape<TicksFrame>(decisionShapes.ticks);

type MayDecide = Extract<Permit, { kind: 'granted' | 'unavailable' }>;

export interface StreamLimits {
  /** Of a frame's text, in UTF-16 units. */
  readonly frameCharsMax: number;
  /** After it the stream ends with 1012, in milliseconds. */
  readonly lifeMs: number;
  /** After as many it ends with 1012: on Workers a socket is one invocation, whose processor time is bounded. */
  readonly decisionsMax: number;
  /**
   * Once the isolate has made as many calls in its life it ends so too; null where the runtime bounds none. Whose calls
   * they are nobody knows: all of them count, so that none of its own is missed.
   */
  readonly callsMax: number | null;
}

/** How often the stream looks at the permission, the key and the clock while nothing comes. */
const watchMs = 200;
const heartbeatMs = 15_000;
/** Bytes that may wait for a client that does not read, where the runtime tells. */
const bufferedBytesMax = 4_194_304;
/** Frames that wait for their turn; a client that acknowledges what it reads stays far below. */
const inboxMax = 2 * unacknowledgedMax;
/** Characters of those, in the longest frames that there may be: an isolate's memory is everybody's. */
const inboxFullFramesMax = 2;
/** Frames refused in a row before the service takes the client for broken. */
const refusedMax = 64;

/** RFC 6455 §7.4.1 and the registry of close codes. */
const closeCodes = {
  away: 1001,
  policy: 1008,
  tooBig: 1009,
  failed: 1011,
  restart: 1012,
  later: 1013,
} as const;

/**
 * One client's stream: frames are handled one after the other, each like a batch of its ticks. Beside them a watch
 * looks at the permission, so that halts are told and a revoked key ends the stream while nothing comes.
 *
 * | state  | event                                    | next   | effect                                         |
 * |--------|------------------------------------------|--------|------------------------------------------------|
 * | open   | frame                                    | open   | answered, or refused with a code               |
 * | open   | life, decisions or calls spent, drain    | ending | after the frame at hand: tokens, close 1012    |
 * | open   | key no longer good                       | closed | close 1008                                     |
 * | open   | too large, too many, not read, a failure | closed | close 1009, 1008, 1013, 1011                   |
 * | open   | frame that the isolate has no room for   | closed | close 1013: nothing of it was answered         |
 * | ending | frame                                    | ending | none: it was not answered, and is sent again   |
 * | any    | socket closed                            | closed |                                                |
 */
export class StreamSession implements SocketEvents {
  readonly #options: StreamSessionOptions;
  readonly #inbox: string[] = [];
  #inboxChars = 0;
  readonly #closed = new AbortController();
  readonly #startedAtMs: number;
  readonly #callsAtStart: number;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #isWorking = false;
  #key: KeyFacts;
  #sentAtMs: number;
  #decisions = 0;
  #refusedInARow = 0;
  #lastSeq = -1;
  #unacknowledged: number[] = [];
  #told: string | undefined;

  constructor(options: StreamSessionOptions) {
    const nowMs = options.clock.monotonicMs();
    this.#options = options;
    this.#key = options.key;
    this.#startedAtMs = nowMs;
    this.#callsAtStart = options.callCount();
    this.#sentAtMs = nowMs;
    this.#send({ type: 'hello', ticksMax, unacknowledgedMax });
    options.scope.waitUntil(this.#guarded(() => this.#watch()));
  }

  onText(text: string): void {
    if (this.#state !== 'open') return;
    const { frameCharsMax } = this.#options.limits;
    const inboxChars = this.#inboxChars + text.length;
    if (text.length > frameCharsMax) {
      this.#close(closeCodes.tooBig, { code: 'BODY_TOO_LARGE' });
    } else if (this.#inbox.length >= inboxMax || inboxChars > inboxFullFramesMax * frameCharsMax) {
      this.#close(closeCodes.policy, { code: 'FLOW_EXCEEDED' });
    } else if (!this.#options.room.take(this.#key.id, text.length)) {
      this.#close(closeCodes.later, overloaded);
    } else {
      this.#inbox.push(text);
      this.#inboxChars = inboxChars;
      if (!this.#isWorking) this.#options.scope.waitUntil(this.#guarded(() => this.#work()));
    }
  }

  onClose(): void {
    if (this.#closed.signal.aborted) return;
    this.#state = 'closed';
    this.#closed.abort('the socket is closed');
    this.#options.room.give(this.#key.id, this.#inboxChars);
    this.#options.onEnd();
  }

  /** A failure of ours ends the stream; the client asks again elsewhere. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (failure) {
      this.#options.report(failure);
      this.#close(closeCodes.failed, { code: 'INTERNAL' });
    }
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (;;) {
      const text = this.#state === 'open' ? this.#inbox.shift() : undefined;
      if (text === undefined) break;
      this.#inboxChars -= text.length;
      // The models in force now stay loaded until the frame is answered.
      const { registry, room } = this.#options;
      const leave = registry.enter();
      try {
        await this.#handle(text);
      } finally {
        leave();
        room.give(this.#key.id, text.length);
      }
    }
    this.#isWorking = false;
    if (this.#state === 'ending') this.#finish();
  }

  async #handle(text: string): Promise<void> {
    const body = parseJson(text);
    if (body.ok && isTicksFrame(body.value)) return this.#answerTicks(body.value);
    const frame = body.ok ? readShape(clientFrameSchema, body.value) : body;
    if (!frame.ok) return this.#refuse(frame.error, namesIn(body));
    switch (frame.value.type) {
      case 'window':
        return this.#openWindow(frame.value);
      case 'ticks':
        return this.#answerTicks(frame.value);
    }
  }

  /** Its bars are validated and folded: work for a token, as a decision is. */
  async #openWindow(frame: WindowFrame): Promise<void> {
    if (!(await this.#permit(1, frame))) return;
    const opened = this.#options.windows.open(frame, this.#key);
    if (opened.ok) {
      this.#refusedInARow = 0;
      this.#send({ type: 'window', symbol: frame.symbol, lastBar: opened.value });
    } else {
      this.#refuse(opened.error, frame);
    }
  }

  async #answerTicks(frame: TicksFrame): Promise<void> {
    const { overload, windows } = this.#options;
    const fault = this.#flowFault(frame);
    if (fault) return this.#refuse(fault, frame);
    this.#lastSeq = frame.seq;
    const tokens = frame.ticks.length;
    if (tokens > this.#key.burst) return this.#refuse(overBurst(tokens, this.#key.burst), frame);
    if (!overload.takeOn(tokens, this.#key.id)) return this.#refuse(overloaded, frame);
    const permit = await this.#permit(tokens, frame);
    if (!permit) return;
    const items = windows.read(frame.ticks, this.#key);
    return this.#decide(frame.seq, items, permit.kind === 'granted' ? permit.view : undefined);
  }

  /** Tokens for what a frame asks; undefined where it was refused, or the stream is closed. */
  async #permit(tokens: number, frame: WindowFrame | TicksFrame): Promise<MayDecide | undefined> {
    const { control, scope } = this.#options;
    const { id: keyId, ratePerSecond, burst } = this.#key;
    const permit = await control.permit({ keyId, ratePerSecond, burst }, scope, tokens);
    if (!(await this.#isStillGood())) return undefined;
    switch (permit.kind) {
      case 'revoked':
        this.#close(closeCodes.policy, revoked);
        return undefined;
      case 'limited':
        this.#refuse({ code: 'RATE_LIMITED', retryAfterMs: permit.bucket.retryAfterMs }, frame);
        return undefined;
      case 'unavailable':
      case 'granted':
        return permit;
    }
  }

  async #decide(
    seq: number,
    items: readonly Result<Question, Problem>[],
    view: Parameters<Pipeline['decideMany']>[1],
  ): Promise<void> {
    const { pipeline, scope, clock } = this.#options;
    const questions = items.map((item) => (item.ok ? item.value : undefined));
    const batch = { key: this.#key, questions, durability: 'pending' as const };
    const outcome = questions.some((question) => question !== undefined)
      ? await pipeline.decideMany(batch, view, scope, new Stages(clock, 'stream'))
      : ({ kind: 'answered', items: [] } as const);
    if (outcome.kind !== 'answered') throw new RangeError('a pending batch waits for no record');
    this.#decisions += items.length;
    this.#refusedInARow = 0;
    this.#unacknowledged.push(seq);
    this.#sendText(answeredItems(`{"type":"decisions","seq":${seq},"items":[`, items, outcome.items));
  }

  #flowFault({ seq, ack }: TicksFrame): Problem | undefined {
    if (seq <= this.#lastSeq) {
      const message = `is not above ${this.#lastSeq}, the last one`;
      return { code: 'INVALID_REQUEST', faults: [{ path: 'seq', code: 'NOT_ASCENDING', message }] };
    }
    this.#unacknowledged = this.#unacknowledged.filter((sent) => sent > ack);
    return this.#unacknowledged.length < unacknowledgedMax
      ? undefined
      : { code: 'FLOW_EXCEEDED', detail: `${unacknowledgedMax} answers wait to be acknowledged` };
  }

  /**
   * The key is proven anew each time, which costs a hash while it is in memory: it may have been revoked, or its secret
   * rotated away, by the very sync of the permit.
   */
  async #isStillGood(): Promise<boolean> {
    const key = await this.#options.authenticate();
    if (!key.ok) {
      this.#close(closeCodes.policy, key.error);
      return false;
    }
    this.#key = key.value;
    return this.#state !== 'closed';
  }

  async #watch(): Promise<void> {
    const { control, registry, followJobs, scope, timers } = this.#options;
    while (this.#state !== 'closed') {
      const view = await control.ensure(scope);
      if (view) registry.follow(view.registryEpoch, scope);
      followJobs(scope);
      if (!(await this.#isStillGood())) return;
      this.#tell({
        type: 'control',
        epoch: view?.epoch ?? null,
        tradingState: view?.tradingState ?? null,
        targets: view ? this.#heldBack(view) : [],
      });
      this.#beat();
      if (this.#state === 'open' && this.#isOver()) {
        this.#state = 'ending';
        if (!this.#isWorking) this.#finish();
      }
      await timers.sleep(watchMs, this.#closed.signal);
    }
  }

  /** Of what the stream is about. */
  #heldBack({ targets }: ControlView): readonly Setting[] {
    const { account } = this.#key;
    const about = this.#options.windows.decisionTargets(this.#key).flatMap(targetsOf);
    const held = settingsOn(targets, [{ kind: 'account', id: account }, ...about]);
    return held.map(({ target, tradingState }) => ({ target, tradingState }));
  }

  #isOver(): boolean {
    const { clock, isDraining, callCount, limits } = this.#options;
    const ageMs = clock.monotonicMs() - this.#startedAtMs;
    const calls = callCount() - this.#callsAtStart;
    const isSpent = limits.callsMax !== null && calls >= limits.callsMax;
    return isDraining() || isSpent || ageMs >= limits.lifeMs || this.#decisions >= limits.decisionsMax;
  }

  /** Tells the control state where it is not what was told last. */
  #tell(frame: Extract<ServiceFrame, { type: 'control' }>): void {
    const state = JSON.stringify(frame);
    if (state === this.#told || this.#state === 'closed') return;
    this.#told = state;
    this.#send(frame);
  }

  #beat(): void {
    const { clock } = this.#options;
    if (clock.monotonicMs() - this.#sentAtMs < heartbeatMs) return;
    this.#send({ type: 'heartbeat', at: new Date(clock.nowMs()).toISOString() });
  }

  /** What is left of the inbox was not answered: its ticks come again, after the windows. */
  #finish(): void {
    const tokens = this.#options.windows.tokens(this.#key);
    this.#send({ type: 'closing', problem: null, tokens });
    this.#options.socket.close(closeCodes.restart, 'come back with the tokens');
    this.onClose();
  }

  #close(code: number, problem: Problem): void {
    if (this.#state === 'closed') return;
    this.#send({ type: 'closing', problem: problemBody(problem), tokens: {} });
    this.#options.socket.close(code, problem.code);
    this.onClose();
  }

  #refuse(problem: Problem, about: { readonly seq?: unknown; readonly symbol?: unknown }): void {
    const { seq, symbol } = about;
    this.#refusedInARow += 1;
    if (this.#refusedInARow > refusedMax) this.#close(closeCodes.policy, problem);
    this.#send({
      type: 'refused',
      seq: typeof seq === 'number' ? seq : null,
      symbol: typeof symbol === 'string' ? symbol : null,
      problem: problemBody(problem),
      retryAfterMs: problem.retryAfterMs ?? null,
    });
  }

  #send(frame: ServiceFrame): void {
    this.#sendText(JSON.stringify(frame));
  }

  #sendText(frame: string): void {
    const { clock, socket } = this.#options;
    if (this.#state === 'closed') return;
    if ((socket.bufferedBytes() ?? 0) > bufferedBytesMax) {
      socket.close(closeCodes.later, 'FLOW_EXCEEDED');
      this.onClose();
    } else {
      this.#sentAtMs = clock.monotonicMs();
      socket.send(frame);
    }
  }
}

const revoked: Problem = { code: 'UNAUTHENTICATED', detail: 'the key is revoked' };

function overBurst(tokens: number, burst: number): Problem {
  const message = `${tokens} decisions at once are more than the key's burst of ${burst}`;
  return { code: 'INVALID_REQUEST', faults: [{ path: 'ticks', code: 'OVER_BURST', message }] };
}

/** What a frame that does not fit says of itself, for the refusal. */
function namesIn(body: Result<unknown, Problem>): { readonly seq?: unknown; readonly symbol?: unknown } {
  return body.ok && typeof body.value === 'object' && body.value !== null ? body.value : {};
}
