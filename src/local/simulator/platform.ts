import { AsyncLocalStorage } from 'node:async_hooks';
import { sleeplessClock } from '../../../functions/sleepless-clock.ts';
import type { Runtime, ServerSocket, SocketEvents } from '../../runtime.ts';
import type { Draw } from './draw.ts';
import type { EventQueue } from './event-queue.ts';
import { type MarketSource, marketUrl } from './market-source.ts';
import { createLink, type Network, type Reply, type Store } from './network.ts';
import { TextResponse } from './text-messages.ts';

/** A request's I/O context, as Workers have them: its timers and calls end with it. */
export interface Activity {
  isOver: boolean;
}

interface PlatformOptions {
  readonly time: EventQueue;
  readonly draw: Draw;
  readonly network: Network;
  readonly market: MarketSource;
  readonly skewMs: number;
  /** Whether the clocks stand still between I/O, as on deployed Workers; else they are those of Deno and Bun. */
  readonly hasStandingClocks: boolean;
}

/** How far a clock that stands may be behind, in milliseconds: processor time since the last I/O. */
export const standingMsMax = 5;

const pollMsMax = 5;

/** Sums of milliseconds are no more exact. */
const roundedMsMax = 0.001;

/** Less is no sleep that a wall clock would tell from being set right: see functions/sleepless-clock.ts. */
export const sleepMsMin = 300;

/** What an isolate runs on: clocks, timers and network of the simulation, which can be stalled and killed. */
export class Platform {
  readonly link = createLink();
  readonly runtime: Runtime;
  /** What the wall clock is ahead of true time, in milliseconds. */
  skewMs: number;
  /** Whether the wall clock was ever set. */
  wasClockSet = false;
  /** Whether anything was ever ended from outside, which others of the isolate may wait for. */
  wasCut = false;
  isDead = false;
  /** Of the client that opens a stream. */
  acceptStream: ((accept: (socket: ServerSocket) => SocketEvents) => Response) | undefined;
  /** How long it was stalled in all, in milliseconds. */
  stalledMs = 0;
  /** Times at which somebody only looked whether he may go on; these are no events. */
  pollCount = 0;
  readonly #options: PlatformOptions;
  readonly #context = new AsyncLocalStorage<Activity>();
  #stalledUntilMs = 0;
  #readingMs: number;
  /** Of its machine's sleeps before the last one, in milliseconds. */
  #sleptMs = 0;
  #asleepFromMs = 0;
  #awakeFromMs = 0;

  constructor(options: PlatformOptions) {
    const { time, draw, skewMs } = options;
    this.#options = options;
    this.skewMs = skewMs;
    this.#readingMs = time.monotonicMs();
    const nowMs = () => Math.floor(time.nowMs() - time.monotonicMs() + this.#trueMs() + this.skewMs);
    this.runtime = {
      name: 'node',
      upgrade: (_request, accept) => {
        if (!this.acceptStream) throw new Error('nobody opened a stream');
        return this.acceptStream(accept);
      },
      fetch: (input, init) => this.#fetch(input, init),
      clock: options.hasStandingClocks
        ? { nowMs, monotonicMs: () => this.#readingMs }
        : sleeplessClock({ nowMs, monotonicMs: () => this.#awakeMs() }),
      timers: {
        sleep: (durationMs, signal) => this.#sleep(durationMs, signal),
        setAlarm: (durationMs, ring) => this.#setAlarm(durationMs, ring),
      },
      random: { bytes: (length) => draw.bytes(length) },
      report: () => undefined,
      respond: (status, headers, body) => new Response(body, { status, headers }),
      env: {},
      bundles: {},
      processLoad: null,
      buildHash: null,
      get kernelModule(): WebAssembly.Module {
        throw new TypeError('the models were loaded before');
      },
      get sha256Module(): WebAssembly.Module {
        throw new TypeError('it was taken before');
      },
      get ed25519Module(): WebAssembly.Module {
        throw new TypeError('it was taken before');
      },
    };
  }

  /** Runs `task` on the platform, in the activity: not when either is over, later when the platform is stalled. */
  begin(activity: Activity, task: () => void): void {
    const isOff = () => this.isDead || activity.isOver;
    this.#enter(() => this.#context.run(activity, task), isOff);
  }

  /** Runs nothing until then: the system or a collection of garbage took its turn. */
  stall(untilMs: number): void {
    const nowMs = this.#options.time.monotonicMs();
    this.stalledMs += Math.max(0, untilMs - Math.max(this.#stalledUntilMs, nowMs));
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, untilMs);
  }

  /** Its machine sleeps, for `sleepMsMin` at least: as stalled, but its own monotonic clock stands still. On Workers no machine is one's own. */
  fallAsleep(untilMs: number): void {
    const nowMs = this.#options.time.monotonicMs();
    this.stall(untilMs);
    if (this.#options.hasStandingClocks) return;
    if (nowMs >= this.#awakeFromMs) {
      this.#sleptMs += this.#awakeFromMs - this.#asleepFromMs;
      this.#asleepFromMs = nowMs;
    }
    this.#awakeFromMs = Math.max(this.#awakeFromMs, untilMs);
  }

  /**
   * Sets the wall clock. Its clock is read before and after: one that is set back between two readings of which one lies before a
   * sleep hides as much of the sleep, and nothing on the machine would tell.
   */
  setClock(skewMs: number): void {
    const { clock } = this.runtime;
    clock.monotonicMs();
    this.skewMs = skewMs;
    this.wasClockSet = true;
    clock.monotonicMs();
  }

  #enter(task: () => void, isOff: () => boolean): void {
    const { time, draw, hasStandingClocks } = this.#options;
    if (isOff()) return;
    const nowMs = time.monotonicMs();
    if (nowMs < this.#stalledUntilMs) {
      time.after(this.#stalledUntilMs - nowMs, () => this.#enter(task, isOff), isOff);
      return;
    }
    // Something reached the isolate: its clocks move.
    const behindMs = hasStandingClocks ? draw.between(0, standingMsMax) : 0;
    this.#readingMs = Math.max(this.#readingMs, nowMs - behindMs);
    task();
  }

  #trueMs(): number {
    return this.#options.hasStandingClocks ? this.#readingMs : this.#options.time.monotonicMs();
  }

  /** What a monotonic clock shows that stands still while the machine sleeps. */
  #awakeMs(): number {
    const nowMs = this.#options.time.monotonicMs();
    return nowMs - this.#sleptMs - (Math.min(nowMs, this.#awakeFromMs) - this.#asleepFromMs);
  }

  /** Timers go by that clock too. */
  #after(durationMs: number, task: () => void, isOff: () => boolean): void {
    const { time } = this.#options;
    const dueMs = this.#awakeMs() + durationMs;
    const look = () => {
      const asleepMs = Math.max(0, this.#awakeFromMs - time.monotonicMs());
      const leftMs = dueMs - this.#awakeMs();
      if (asleepMs === 0 && leftMs < roundedMsMax) task();
      else time.after(asleepMs + leftMs, look, isOff);
    };
    time.after(durationMs, look, isOff);
  }

  #isOver(): () => boolean {
    const activity = this.#context.getStore();
    return () => this.isDead || activity?.isOver === true;
  }

  #sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    const isOver = this.#isOver();
    const isOff = () => isOver() || signal?.aborted === true;
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      signal?.addEventListener('abort', () => resolve());
      const wake = () => {
        if (durationMs <= pollMsMax) this.pollCount += 1;
        this.#enter(resolve, isOff);
      };
      this.#after(durationMs, wake, isOff);
    });
  }

  #setAlarm(durationMs: number, ring: () => void): () => void {
    const isOver = this.#isOver();
    let isStopped = false;
    const isOff = () => isStopped || isOver();
    this.#after(durationMs, () => this.#enter(ring, isOff), isOff);
    return () => {
      isStopped = true;
    };
  }

  #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const isOver = this.#isOver();
    const signal = init?.signal ?? undefined;
    return new Promise((resolve, reject) => {
      const isOff = () => isOver() || signal?.aborted === true;
      const abort = () => this.#enter(() => reject(signal?.reason), isOver);
      signal?.addEventListener('abort', abort);
      const end = (task: () => void) => {
        signal?.removeEventListener('abort', abort);
        this.#enter(task, isOff);
      };
      const { market, network } = this.#options;
      const replied = String(input).startsWith(marketUrl)
        ? market.ask(isOff)
        : callOf(input, init).then((call) => network.send(this.link, call, isOver));
      void replied.then(
        (reply) => end(() => resolve(responseOf(reply))),
        (failure) => end(() => reject(failure)),
      );
    });
  }
}

/** The type is the platform's own; what the service takes of it is there. */
const responseOf = (reply: Reply): Response => new TextResponse(reply, reply) as unknown as Response;

async function callOf(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<{ readonly store: Store; readonly body: string }> {
  return input instanceof Request
    ? { store: storeAt(input.url), body: await input.text() }
    : { store: storeAt(String(input)), body: String(init?.body) };
}

const storeAt = (url: string): Store => (url.includes('//redis.') ? 'redis' : 'libsql');
