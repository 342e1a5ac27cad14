import { openKept } from '../audit/open-kept.ts';
import type { SealClaim } from '../audit/sealer.ts';
import { createSealer, type Sealer } from '../audit/sealer.ts';
import type { Config } from '../config.ts';
import { createFailedLoginLimiter } from '../control/failed-login-limiter.ts';
import { createSealClaim } from '../control/seal-claim.ts';
import { readExperiments } from '../experiments/experiment.ts';
import { docs } from '../http/docs.ts';
import { createReadyzRoute, healthz } from '../http/health.ts';
import { openapi } from '../http/serve-openapi.ts';
import { createRoutes } from '../routes.ts';
import type { RequestScope, Runtime } from '../runtime.ts';
import { databaseOver } from '../store/database.ts';
import type { Adapters, AdaptersWithOrm, Models } from './adapters.ts';
import { controlHandlers, createBreakerRoutes } from './control-routes.ts';
import { controlVerbsOf } from './control-verbs.ts';
import type { DecidingRoutes } from './deciding-routes.ts';
import { createExperiments } from './experiments.ts';
import { keyHandlersOf } from './key-routes.ts';
import { createModelRoutes, createOpenInferenceRoutes } from './model-routes.ts';
import { auditRoutesOf, storedDecisionRoutesOf } from './record-routes.ts';
import { streamRouteOf } from './stream-route.ts';

/** What is there already when something is needed that no first decision needs. */
export interface PartsAtStart {
  readonly runtime: Runtime;
  readonly config: Config;
  readonly models: Models;
  readonly adapters: Adapters;
  readonly deciding: DecidingRoutes;
  readonly isDraining: () => boolean;
  readonly followJobs: (scope: RequestScope) => void;
}

/** A seal's leaves are then 256 kB. */
const sealRowsMax = 4_096;

export type OnDemand = ReturnType<typeof createOnDemand>;

/** All of the service that no first decision needs, once an isolate, when it is first needed. */
export function createOnDemand(parts: PartsAtStart) {
  const { runtime, config, deciding, followJobs } = parts;
  const { client } = parts.adapters.database;
  const adapters: AdaptersWithOrm = { ...parts.adapters, database: databaseOver(client) };
  const { timers } = runtime;
  const bodyLimits = { bodyBytesMax: config.bodyBytesMax, bodyDeadlineMs: config.bodyDeadlineMs, timers };
  const claim = createSealClaim(adapters);
  const later = {
    bodyLimits,
    claim,
    sealer: sealerOf(adapters, config, claim),
    controlVerbs: controlVerbsOf(adapters, config, runtime),
    experiments: createExperiments({ runtime, config }, adapters, bodyLimits),
    stream: streamRouteOf(adapters, deciding, config, { runtime, followJobs }),
  };
  return {
    routes: routesOf({ ...parts, adapters }, later),
    openStreams: later.stream.openCount,
    sealer: later.sealer,
    controlVerbs: later.controlVerbs,
    admitFailedLogin: createFailedLoginLimiter(adapters),
    openKept,
    readExperiments,
    demote: later.experiments.demote,
    judgeRunning: later.experiments.judgeRunning,
  };
}

interface LaterParts {
  readonly bodyLimits: Parameters<typeof keyHandlersOf>[2]['bodyLimits'];
  readonly claim: SealClaim;
  readonly sealer: Sealer | null;
  readonly controlVerbs: ReturnType<typeof controlVerbsOf>;
  readonly experiments: ReturnType<typeof createExperiments>;
  readonly stream: ReturnType<typeof streamRouteOf>;
}

function routesOf(
  { runtime, config, models, adapters, deciding, isDraining }: PartsAtStart & { adapters: AdaptersWithOrm },
  { bodyLimits, claim, sealer, controlVerbs, experiments, stream }: LaterParts,
) {
  const { decide, decideBatch } = deciding;
  const { report } = runtime;
  const { registry, control, breakers, overload, log, outbox, outboxDrain, durable, clock } = adapters;
  const readyz = createReadyzRoute({
    ...{ registry, control, breakers, overload, log, sealer, isDraining, report, clock },
    runtime: runtime.name,
    isShielded: runtime.shield !== undefined,
    outbox: outboxDrain,
    outboxAmount: outbox.amount,
    probeDatabase: durable.load,
    timers: runtime.timers,
  });
  return createRoutes({
    report,
    ensureRegistry: registry.ensureRead,
    decide,
    decideBatch,
    stream: stream.handler,
    ...storedDecisionRoutesOf(adapters, config, { models, buildHash: runtime.buildHash, bodyLimits }),
    ...auditRoutesOf(adapters, config, { claim, report }),
    ...createBreakerRoutes(adapters, config, bodyLimits),
    ...createModelRoutes(adapters, models, bodyLimits),
    ...experiments.routes,
    healthz,
    readyz,
    openapi,
    docs,
    control: controlHandlers(adapters, controlVerbs, config, bodyLimits),
    keys: keyHandlersOf(adapters, config, { runtime, bodyLimits }),
    openInference: createOpenInferenceRoutes(adapters, { readyz, bodyLimits, isDraining }),
  });
}

function sealerOf(
  { database, clock }: AdaptersWithOrm,
  { sealSigningKey: signingKey, sealPublicKeys: publicKeys }: Config,
  claim: SealClaim,
): Sealer | null {
  if (signingKey === null) return null;
  return createSealer({ database, claim, clock, signingKey, publicKeys, rowsMax: sealRowsMax });
}
