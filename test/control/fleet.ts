import { breakerSettings } from '../../src/control/breakers/breaker-settings.ts';
import { type Breakers, createBreakers } from '../../src/control/breakers/breakers.ts';
import { type Control, createControl } from '../../src/control/control.ts';
import type { ControlState, Permit, PermitAsk } from '../../src/control/view.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import { createEmbeddedRedis, type EmbeddedRedis } from '../../src/local/embedded-redis.ts';
import { createEventQueue, type EventQueue } from '../../src/local/simulator/event-queue.ts';
import type { RequestScope } from '../../src/runtime.ts';
import { createRedis } from '../../src/store/redis.ts';
import { backendFetch } from './backend-fetch.ts';
import { stateOf } from './state-of.ts';
import { textResponse } from './text-response.ts';

/** What the network does to one call. */
export interface Weather {
  readonly thereMs: number;
  readonly backMs: number;
  readonly lost?: 'request' | 'reply';
  /** Delivers the request a second time so much later; that reply is nobody's. */
  readonly againMs?: number;
  /** Replaces the reply's body. */
  readonly garbled?: string;
}

export const calm: Weather = { thereMs: 1, backMs: 1 };

export interface Fleet {
  readonly time: EventQueue;
  readonly redis: EmbeddedRedis;
  /** In force for every call that starts from now on. */
  setWeather(next: (isolate: number) => Weather): void;
  /** Sync calls sent so far. */
  syncs(): number;
  /** Characters of the bodies of all calls so far. */
  readonly bodies: { sent: number; received: number };
  durable: Result<ControlState, string>;
  /** How long libSQL takes for a read. */
  durableMs: number;
  /** Reads of libSQL begun so far, and the most that were under way at once. */
  readonly durableReads: { begun: number; underWay: number; atOnceMax: number };
  isolate(): Isolate;
  close(): Promise<void>;
}

export interface Isolate {
  readonly control: Control;
  readonly breakers: Breakers;
  readonly scope: RequestScope;
  permit(ask: PermitAsk, tokens?: number): Promise<Permit>;
  /** Ends every request under way as a runtime may when the client goes away: nothing it awaits ever resolves. */
  cutOff(): void;
}

export const active = stateOf({ epoch: 1, tradingState: 'ACTIVE', registryEpoch: 1 });

/** Isolates with the real client and scripts, over an embedded Redis, a network with weather, and virtual time. */
export async function createFleet({ heartbeatMsMax = 0 } = {}): Promise<Fleet> {
  const time = createEventQueue();
  const redis = await createEmbeddedRedis({ clock: time });
  let weatherOf: (isolate: number) => Weather = () => calm;
  let isolates = 0;
  let syncs = 0;

  async function readDurableControl(): Promise<Result<ControlState, string>> {
    const { durableReads } = fleet;
    durableReads.begun += 1;
    durableReads.underWay += 1;
    durableReads.atOnceMax = Math.max(durableReads.atOnceMax, durableReads.underWay);
    // The oldest state that a read may give.
    const answer = fleet.durable;
    await time.sleep(fleet.durableMs);
    durableReads.underWay -= 1;
    return answer;
  }

  const fleet: Fleet = {
    time,
    redis,
    setWeather: (next) => {
      weatherOf = next;
    },
    syncs: () => syncs,
    bodies: { sent: 0, received: 0 },
    durable: ok(active),
    durableMs: 3,
    durableReads: { begun: 0, underWay: 0, atOnceMax: 0 },
    isolate: () => {
      const index = isolates;
      isolates += 1;
      let generation = 0;
      const whileUncut = <T>(work: Promise<T>): Promise<T> => {
        const born = generation;
        return new Promise((resolve) => work.then((value) => born === generation && resolve(value)));
      };
      const timers = { sleep: (ms: number, signal?: AbortSignal) => whileUncut(time.sleep(ms, signal)) };
      const network = networkFetch(time, redis, () => weatherOf(index), {
        sent(body) {
          fleet.bodies.sent += body.length;
          if (body.includes('ultrathink:memo')) syncs += 1;
        },
        received(body) {
          fleet.bodies.received += body.length;
        },
      });
      const breakers = createBreakers({ settings: breakerSettings, clock: time, report: () => undefined });
      const control = createControl({
        breakers,
        redis: createRedis({
          url: 'http://redis',
          token: 'token',
          fetch: (input, init) => whileUncut(network(input, init)),
          timers,
          deadlineMs: 1_500,
        }),
        readDurableControl: () => whileUncut(readDurableControl()),
        clock: time,
        timers,
        ids: createIdSource({ clock: time, random: { bytes: seededBytes(index + 1) } }),
        viewLifeMs: 1_000,
        heartbeatMsMax,
        deadlineMsMax: 250,
      });
      const scope: RequestScope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
      const cutOff = () => {
        generation += 1;
      };
      return {
        control,
        breakers,
        scope,
        permit: (ask, tokens = 1) => Promise.resolve(control.permit(ask, scope, tokens)),
        cutOff,
      };
    },
    close: () => redis.close(),
  };
  return fleet;
}

export const libsqlDown = err('down');

function networkFetch(
  time: EventQueue,
  redis: EmbeddedRedis,
  weather: () => Weather,
  on: { readonly sent: (body: string) => void; readonly received: (body: string) => void },
): typeof fetch {
  const deliver = backendFetch(redis);
  return (input, init) =>
    new Promise((resolve) => {
      on.sent(String(init?.body));
      const { thereMs, backMs, lost, againMs, garbled } = weather();
      if (lost === 'request') return;
      if (againMs !== undefined) time.after(thereMs + againMs, () => void deliver(input as string, init));
      time.after(thereMs, async () => {
        const response = await deliver(input as string, init);
        if (lost === 'reply') return;
        const text = await response.text();
        on.received(text);
        time.after(backMs, () =>
          resolve(textResponse(garbled === undefined ? response.status : 200, garbled ?? text)),
        );
      });
    });
}

/** mulberry32; ids only need to differ. */
function seededBytes(seed: number): (length: number) => Uint8Array<ArrayBuffer> {
  let state = seed * 0x9e3779b9;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (state + 0x6d2b79f5) | 0;
      const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      return (mixed ^ (mixed >>> 14)) & 0xff;
    });
}
