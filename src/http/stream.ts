import type { Control } from '../control/control.ts';
import type { Overload } from '../control/overload/overload.ts';
import type { Clock, Timers } from '../core/clock.ts';
import type { Pipeline } from '../decision/pipeline.ts';
import type { Registry } from '../models/registry.ts';
import type { RequestScope, Runtime } from '../runtime.ts';
import type { Authenticator } from './auth.ts';
import type { Handler } from './context.ts';
import { createInboxRoom } from './inbox-room.ts';
import { type Problem, problemResponse } from './problem.ts';
import { type StreamLimits, StreamSession } from './stream-session.ts';
import { createStreamWindows } from './stream-windows.ts';

interface StreamOptions {
  readonly authenticator: Authenticator;
  readonly control: Control;
  readonly pipeline: Pipeline;
  readonly overload: Pick<Overload, 'takeOn'>;
  readonly registry: Pick<Registry, 'current' | 'enter' | 'follow'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly upgrade: Runtime['upgrade'];
  readonly report: Runtime['report'];
  readonly receiptSecret: string;
  readonly barsMax: number;
  readonly callCount: () => number;
  readonly limits: StreamLimits;
  /** Streams of one key in this isolate, at most. */
  readonly streamsPerKeyMax: number;
  readonly isDraining: () => boolean;
  /** Of an isolate that only streams are open on, nobody else asks for the minute's tick. */
  readonly followJobs: (scope: RequestScope) => void;
}

/** `GET /v1/stream`, and how many streams it holds open. */
export interface StreamRoute {
  readonly handler: Handler;
  openCount(): number;
}

/** Streams of an isolate, at most: with 64 windows each they would take a Worker's memory. */
const streamsMax = 64;

/** Frames of full length that may wait in all of them together: 16.8 MB at most with the default length, of a Worker's 128. */
const inboxesFullFramesMax = 8;

/** An answer whose socket has not opened for so long has lost its client. */
const upgradeMsMax = 10_000;

/** A stream that was let in, and whose socket is yet to open: on Deno that comes after the answer. */
interface Upgrading {
  readonly keyId: string;
  readonly endsAtMs: number;
}

/** `GET /v1/stream`: auth at the upgrade, then a session (stream-session.ts) for as long as the socket is open. */
export function createStreamRoute(options: StreamOptions): StreamRoute {
  const { authenticator, clock, control, isDraining, streamsPerKeyMax, upgrade } = options;
  const openByKey = new Map<string, number>();
  const room = createInboxRoom(inboxesFullFramesMax * options.limits.frameCharsMax);
  let openCount = 0;
  let upgrading: readonly Upgrading[] = [];

  function count(keyId: string, change: 1 | -1): void {
    openCount += change;
    const ofKey = (openByKey.get(keyId) ?? 0) + change;
    if (ofKey > 0) openByKey.set(keyId, ofKey);
    else openByKey.delete(keyId);
  }

  /** Why no other stream of a key may be opened; undefined where one may. */
  function fullFor(keyId: string): Problem | undefined {
    const nowMs = clock.monotonicMs();
    upgrading = upgrading.filter(({ endsAtMs }) => nowMs < endsAtMs);
    const full: Problem = { code: 'STREAMS_FULL', retryAfterMs: 10_000 };
    if (openCount + upgrading.length >= streamsMax) return full;
    const ofKey = upgrading.filter((one) => one.keyId === keyId).length + (openByKey.get(keyId) ?? 0);
    return ofKey >= streamsPerKeyMax
      ? { ...full, detail: `the key holds ${streamsPerKeyMax} streams here` }
      : undefined;
  }

  function begin(keyId: string): Upgrading {
    const own = { keyId, endsAtMs: clock.monotonicMs() + upgradeMsMax };
    upgrading = [...upgrading, own];
    return own;
  }

  return {
    openCount: () => openCount,
    async handler(context) {
      const request = context.req.raw;
      const { scope } = context.env;
      if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket')
        return problemResponse({ code: 'UPGRADE_REQUIRED' }, { upgrade: 'websocket' });
      if (isDraining()) return problemResponse({ code: 'SHUTTING_DOWN', retryAfterMs: 1_000 });
      // Without a live view nobody would know that the key was revoked.
      const view = await control.ensure(scope);
      if (!view) return problemResponse({ code: 'AUTH_UNAVAILABLE', retryAfterMs: 1_000 });
      const authorization = request.headers.get('authorization');
      const authenticate = () => authenticator.authenticate(authorization, 'decide', scope);
      const key = await authenticate();
      if (!key.ok) return problemResponse(key.error);
      const { id: keyId } = key.value;
      const full = fullFor(keyId);
      if (full) return problemResponse(full);
      const own = begin(keyId);
      return upgrade(request, (socket) => {
        upgrading = upgrading.filter((one) => one !== own);
        count(keyId, 1);
        const windows = createStreamWindows(options);
        return new StreamSession({
          ...options,
          socket,
          scope,
          windows,
          room,
          authenticate,
          key: key.value,
          onEnd: () => count(keyId, -1),
        });
      });
    },
  };
}
