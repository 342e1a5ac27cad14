import { createOnDemand } from '../../compose/on-demand.ts';
import { assemble } from '../../compose.ts';
import type { Config } from '../../config.ts';
import type { EventQueue } from './event-queue.ts';
import type { Activity, Platform } from './platform.ts';
import type { World } from './world.ts';

/** One isolate of the service as `compose` makes it, on a simulated platform. */
export interface Isolate {
  readonly id: number;
  readonly platform: Platform;
  /** When it was last asked after so long without a request that no view of before can be live; undefined before. */
  wokeAtMs(): number | undefined;
  /** Serves one request. `gone` ends all that the request began, as a runtime may when its client went away. */
  serve(request: Request): { readonly response: Promise<Response>; gone(): void };
  drain(): Promise<void>;
  /** The minute's jobs. */
  tick(): Promise<void>;
}

interface IsolateOptions {
  readonly id: number;
  readonly platform: Platform;
  readonly config: Config;
  readonly models: World['models'];
  readonly time: Pick<EventQueue, 'monotonicMs'>;
}

/** A view's life, as long again for what a request leaves behind, and what a reply may be late. */
const asleepMs = 2_500;

export function createIsolate({ id, platform, config, models, time }: IsolateOptions): Isolate {
  // At once: loading code takes time that no virtual clock knows.
  const service = assemble(platform.runtime, config, models, async () => ({ createOnDemand }));
  const scope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
  let inFlight = 0;
  let idleSinceMs = time.monotonicMs();
  let wokeAtMs: number | undefined;

  function enter(): void {
    const nowMs = time.monotonicMs();
    if (inFlight === 0 && nowMs > idleSinceMs + asleepMs) wokeAtMs = nowMs;
    inFlight += 1;
  }

  function leave(): void {
    inFlight -= 1;
    idleSinceMs = time.monotonicMs();
  }

  return {
    id,
    platform,
    wokeAtMs: () => wokeAtMs,
    serve(request) {
      const activity: Activity = { isOver: false };
      enter();
      const response = new Promise<Response>((resolve) => {
        platform.begin(activity, () => void service.fetch(request, scope).then(resolve));
      });
      void response.then(leave);
      return {
        response,
        gone() {
          leave();
          activity.isOver = true;
          platform.wasCut = true;
          // A read of libSQL may have been cut off with it, which counts as under way for a while.
          platform.link.troubledAtMs.libsql = time.monotonicMs();
        },
      };
    },
    drain: () => service.scheduled('drain'),
    tick: () => service.scheduled('* * * * *'),
  };
}
