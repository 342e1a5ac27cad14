import { createApp } from './app.ts';
import { createAdapters, type Models } from './compose/adapters.ts';
import { armsOf } from './compose/arms.ts';
import { decidingRoutesOf } from './compose/deciding-routes.ts';
import { minuteJobsOf } from './compose/minute-jobs.ts';
import type { createOnDemand, OnDemand } from './compose/on-demand.ts';
import { type Config, parseCatalogConfig, parseConfig } from './config.ts';
import { hashBy } from './core/digest.ts';
import { signBy } from './core/ed25519.ts';
import { poolRandom } from './core/pooled-random.ts';
import { arrivalOf } from './http/arrival.ts';
import { problemResponse } from './http/problem.ts';
import { createSheddingDoor } from './http/shedding-door.ts';
import { createShieldRequests, type ShieldRequests } from './http/shield-requests.ts';
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
  hashBy(runtime.sha256Module, runtime.nativeDigests);
  signBy(runtime.ed25519Module);
  const config = parseConfig(runtime.env);
  const { engine, names, ...trust } = parseCatalogConfig(runtime.env);
  const loading = { ...trust, engine: engineOf(engine, runtime) };
  const shipped = await loadShippedModels({ ...loading, names, bundles: runtime.bundles });
  if (config.ok && shipped.ok) {
    const models = { loading, shipped: shipped.value };
    return assemble(runtime, config.value, models, () => import('./compose/on-demand.ts'));
  }
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

const shieldRequestsOf = ({ shield, report }: Runtime): ShieldRequests | null =>
  shield ? createShieldRequests({ shield, report }) : null;

/** Where the code is that no first decision needs. */
type LoadOnDemand = () => Promise<{ readonly createOnDemand: typeof createOnDemand }>;

/** The service over what `compose` found good. A simulator's isolates share the models, which nothing changes. */
export function assemble(
  runtime: Runtime,
  config: Config,
  models: Models,
  loadOnDemand: LoadOnDemand,
): Service {
  const { clock } = runtime;
  let loaded: OnDemand | undefined;
  /** Of requests that come at once each loads it, since Workers share no promise, and what the first one made stays. */
  async function onDemand(): Promise<OnDemand> {
    if (loaded) return loaded;
    const { createOnDemand } = await loadOnDemand();
    loaded ??= createOnDemand({
      ...{ runtime, config, models, adapters, deciding, isDraining },
      followJobs: (scope) => jobs.follow(scope),
    });
    return loaded;
  }

  const adapters = createAdapters(runtime, config, models, {
    openKept: async (secret, text) => (await onDemand()).openKept(secret, text),
    admitFailedLogin: async (addressBlock) => (await onDemand()).admitFailedLogin(addressBlock),
  });
  const { control, overload, registry } = adapters;
  let draining = false;
  let requestsInFlight = 0;
  const isDraining = () => draining;
  const arms = armsOf({ runtime, config }, adapters, {
    readExperiments: async (rows) => (await onDemand()).readExperiments(rows),
    demote: async (experiment, reason) => (await onDemand()).demote(experiment, reason),
  });
  const deciding = decidingRoutesOf(arms, adapters, config, { runtime, isDraining });
  const { decide, decideBatch } = deciding;
  const app = createApp({
    clock,
    random: poolRandom(runtime.random),
    report: runtime.report,
    load: overload.load,
    respond: runtime.respond,
    shieldRequests: shieldRequestsOf(runtime),
    ensureRegistry: registry.ensureRead,
    decide,
    decideBatch,
    routes: async () => (await onDemand()).routes,
  });

  const jobs = minuteJobsOf(adapters, config, runtime, {
    onDemand,
    requestsInFlight: () => requestsInFlight + (loaded?.openStreams() ?? 0),
    startDraining: () => {
      draining = true;
    },
  });

  const door = createSheddingDoor(overload);

  return {
    faults: [],
    async fetch(request, scope) {
      const arrival = arrivalOf(request);
      const entered = door.enter(arrival);
      requestsInFlight += 1;
      const leave = registry.enter();
      try {
        return entered === undefined ? door.refusal() : await app(arrival, scope);
      } finally {
        if (entered) door.leave(entered);
        requestsInFlight -= 1;
        leave();
        registry.follow(control.current()?.registryEpoch ?? 0, scope);
        jobs.follow(scope);
      }
    },
    scheduled: jobs.run,
  };
}
