import type { Config } from '../config.ts';
import { createStreamRoute, type StreamRoute } from '../http/stream.ts';
import type { RequestScope, Runtime } from '../runtime.ts';
import type { Adapters } from './adapters.ts';
import type { DecidingRoutes } from './deciding-routes.ts';

/** What a stream leaves of its runtime's calls to the work that is under way when it ends. */
const callsShare = 0.8;

interface OfTheService {
  readonly runtime: Runtime;
  readonly followJobs: (scope: RequestScope) => void;
}

/** The stream, over the pipeline of the routes that decide. */
export const streamRouteOf = (
  { callCount }: Adapters,
  { shared }: DecidingRoutes,
  config: Config,
  { runtime: { timers, upgrade, report, callsMax }, followJobs }: OfTheService,
): StreamRoute =>
  createStreamRoute({
    ...shared,
    timers,
    receiptSecret: config.receiptSecret,
    upgrade,
    followJobs,
    report,
    limits: {
      frameCharsMax: config.batchBodyBytesMax,
      lifeMs: config.streamLifeMs,
      decisionsMax: config.streamDecisionsMax,
      callsMax: callsMax === undefined ? null : Math.floor(callsMax * callsShare),
    },
    streamsPerKeyMax: config.streamsPerKeyMax,
    callCount,
  });
