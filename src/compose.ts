import { createApp } from './app.ts';
import { createAdapters, type Models } from './compose/adapters.ts';
import { controlHandlers, createBreakerRoutes } from './compose/control-routes.ts';
import { controlVerbsOf } from './compose/control-verbs.ts';
import { decidingRoutesOf } from './compose/deciding-routes.ts';
import { createExperiments } from './compose/experiments.ts';
import { keyHandlersOf } from './compose/key-routes.ts';
import { minuteJobsOf } from './compose/minute-jobs.ts';
import { createModelRoutes, createOpenInferenceRoutes } from './compose/model-routes.ts';
import { auditRoutesOf, storedDecisionRoutesOf } from './compose/record-routes.ts';
import { type Config, parseCatalogConfig, parseConfig } from './config.ts';
import { hashBy } from './core/digest.ts';
import { poolRandom } from './core/pooled-random.ts';
import { docs } from './http/docs.ts';
import { createReadyzRoute, healthz } from './http/health.ts';
import { problemResponse } from './http/problem.ts';
import { openapi } from './http/serve-openapi.ts';
import { createSheddingDoor } from './http/shedding-door.ts';
import { createShieldRequests } from './http/shield-requests.ts';
import { createChosenEngine, type EngineChoice } from './inference/chosen-engine.ts';
import type { Engine } from './inference/engine.ts';
import { createKernelEngine } from './inference/kernel/kernel-engine.ts';
import { createOrtEngine } from './inference/ort.ts';
import { loadShippedModels } from './models/shipped-models.ts';
import type { RequestScope, Runtime } from './runtime.ts';

/** What an entry point serves. */
export interface Service {
  /** Everything that keeps the service from working; empty when it works. With faults it answers 503. */
  readonly faults: readonly string[];
  fetch(request: Request, scope: RequestScope): Promise<Response>;
  /** Runs the job of a cron name; `drain` refuses new decisions and resolves when every record is written. */
  scheduled(cron: string): Promise<void>;
}

/** The only place that constructs adapters. Called once an isolate. */
export async function compose(runtime: Runtime): Promise<Service> {
  hashBy(runtime.sha256Module, runtime.sha256Hex);
  const config = parseConfig(runtime.env);
  const { engine, names, ...trust } = parseCatalogConfig(runtime.env);
  const loading = { ...trust, engine: engineOf(engine, runtime) };
  const shipped = await loadShippedModels({ ...loading, names, bundles: runtime.bundles });
  if (config.ok && shipped.ok) return assemble(runtime, config.value, { loading, shipped: shipped.value });
  return faulty([...(config.ok ? [] : config.error), ...(shipped.ok ? [] : shipped.error)], runtime);
}

/** Of onnxruntime-web only the small module is here; its 14 MB of WebAssembly are loaded when a model needs them. */
function engineOf(choice: EngineChoice, { kernelModule, ortWasmPaths }: Runtime): Engine {
  return createChosenEngine({
    choice,
    loadKernel: () => createKernelEngine({ module: kernelModule }),
    loadOrt: () => createOrtEngine(ortWasmPaths ? { wasmPaths: ortWasmPaths } : {}),
  });
}

function faulty(faults: readonly string[], runtime: Runtime): Service {
  for (const fault of faults) runtime.report(`configuration: ${fault}`);
  return {
    faults,
    fetch: async () => problemResponse({ code: 'CONFIG_INVALID' }),
    scheduled: async () => undefined,
  };
}

/** The service over what `compose` found good. A simulator's isolates share the models, which nothing changes. */
export function assemble(runtime: Runtime, config: Config, models: Models): Service {
  const { clock, timers } = runtime;
  const adapters = createAdapters(runtime, config, models);
  const { breakers, control, log, outboxDrain, overload, sealer, registry } = adapters;
  const controlVerbs = controlVerbsOf(adapters, config, runtime);
  let draining = false;
  let requestsInFlight = 0;
  const isDraining = () => draining;
  const bodyLimits = { bodyBytesMax: config.bodyBytesMax, bodyDeadlineMs: config.bodyDeadlineMs, timers };
  const experiments = createExperiments({ runtime, config }, adapters, bodyLimits);
  const readyz = createReadyzRoute({
    runtime: runtime.name,
    isShielded: runtime.shield !== undefined,
    ...{ registry, control, breakers, overload, log, sealer },
    outbox: outboxDrain,
    outboxAmount: adapters.outbox.amount,
    probeDatabase: adapters.durable.load,
    isDraining,
    report: runtime.report,
    clock,
    timers,
  });
  const { stream, ...deciding } = decidingRoutesOf(experiments.arms, adapters, config, {
    runtime,
    isDraining,
    followJobs: (scope) => jobs.follow(scope),
  });
  const app = createApp({
    clock,
    random: poolRandom(runtime.random),
    report: runtime.report,
    load: overload.load,
    shieldRequests: runtime.shield
      ? createShieldRequests({ shield: runtime.shield, report: runtime.report })
      : null,
    ensureRegistry: registry.ensureRead,
    ...deciding,
    stream: stream.handler,
    ...storedDecisionRoutesOf(adapters, config, {
      ...{ models, buildHash: runtime.buildHash, bodyLimits },
    }),
    ...auditRoutesOf(adapters, config, runtime.report),
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

  const jobs = minuteJobsOf(adapters, controlVerbs, runtime, {
    judgeExperiments: () => experiments.judgeRunning(),
    requestsInFlight: () => requestsInFlight + stream.openCount(),
    startDraining: () => {
      draining = true;
    },
  });

  const door = createSheddingDoor(overload);

  return {
    faults: [],
    async fetch(request, scope) {
      requestsInFlight += 1;
      const leave = registry.enter();
      try {
        return await door(request, () => app(request, scope));
      } finally {
        requestsInFlight -= 1;
        leave();
        registry.follow(control.current()?.registryEpoch ?? 0, scope);
        jobs.follow(scope);
      }
    },
    scheduled: jobs.run,
  };
}
