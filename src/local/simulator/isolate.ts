import { assemble } from '../../compose.ts';
import type { Config } from '../../config.ts';
import type { Activity, Platform } from './platform.ts';
import type { World } from './world.ts';

/** One isolate of the service as `compose` makes it, on a simulated platform. */
export interface Isolate {
  readonly id: number;
  readonly platform: Platform;
  /** Serves one request. `gone` ends all that the request began, as a runtime may when its client went away. */
  serve(request: Request): { readonly response: Promise<Response>; gone(): void };
  drain(): Promise<void>;
}

interface IsolateOptions {
  readonly id: number;
  readonly platform: Platform;
  readonly config: Config;
  readonly models: World['models'];
}

export function createIsolate({ id, platform, config, models }: IsolateOptions): Isolate {
  const service = assemble(platform.runtime, config, models);
  const scope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
  return {
    id,
    platform,
    serve(request) {
      const activity: Activity = { isOver: false };
      const response = new Promise<Response>((resolve) => {
        platform.begin(activity, () => void service.fetch(request, scope).then(resolve));
      });
      return {
        response,
        gone() {
          activity.isOver = true;
        },
      };
    },
    drain: () => service.scheduled('drain'),
  };
}
