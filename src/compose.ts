import { createApp } from './app.ts';
import { createAuditTrail } from './audit/audit-trail.ts';
import { createChain } from './audit/chain.ts';
import { commitDecisions, commitLinked } from './audit/commit.ts';
import { createDecisionLog } from './audit/decision-log.ts';
import { createOutboxDrain } from './audit/outbox-drain.ts';
import type { SealClaim } from './audit/sealer.ts';
import { createSealer, type Sealer } from './audit/sealer.ts';
import { createTrace } from './audit/trace.ts';
import { createWriter } from './audit/writer.ts';
import { type Config, parseCatalogConfig, parseConfig } from './config.ts';
import { createBreakerOperator } from './control/breakers/breaker-operator.ts';
import { breakerSettings } from './control/breakers/breaker-settings.ts';
import { createBreakers } from './control/breakers/breakers.ts';
import { createControl } from './control/control.ts';
import { createDurableControl } from './control/durable-control.ts';
import { createFailedLoginLimiter } from './control/failed-login-limiter.ts';
import { createLevelling } from './control/levelling.ts';
import { createOutbox } from './control/outbox.ts';
import { createRestrict } from './control/restrict.ts';
import { createResume } from './control/resume.ts';
import { createSealClaim } from './control/seal-claim.ts';
import { createSharedResume } from './control/shared-resume.ts';
import { createSharedControl } from './control/sync.ts';
import type { ControlView } from './control/view.ts';
import type { Clock } from './core/clock.ts';
import { hashByWasm } from './core/digest.ts';
import { createIdSource } from './core/ids.ts';
import { poolRandom } from './core/pooled-random.ts';
import { type Arms, createArms } from './decision/arms.ts';
import { createIdempotency } from './decision/idempotency.ts';
import { createPipeline, type Pipeline } from './decision/pipeline.ts';
import { createDemote } from './experiments/demote.ts';
import type { Experiment } from './experiments/experiment.ts';
import { createExperimentsInForce } from './experiments/experiments-in-force.ts';
import { createJudgeRunning } from './experiments/judge-running.ts';
import { loadEvidence } from './experiments/load-evidence.ts';
import { loadExperiments } from './experiments/load-experiments.ts';
import { recordOutcomes } from './experiments/record-outcomes.ts';
import { createTrialLog } from './experiments/trial-log.ts';
import { createAuthenticator } from './http/auth.ts';
import type { BodyLimits } from './http/body.ts';
import { createOperateBreakerRoute } from './http/breakers/operate-breaker.ts';
import { createReadBreakersRoute } from './http/breakers/read-breakers.ts';
import type { Handler } from './http/context.ts';
import { createReadControlRoute } from './http/control/read-control.ts';
import { createRestrictRoute } from './http/control/restrict-trading.ts';
import { createResumeRoute } from './http/control/resume-trading.ts';
import { createDecideRoute } from './http/decide.ts';
import { createDecideBatchRoute } from './http/decide-batch.ts';
import { docs } from './http/docs.ts';
import { createPutExperimentRoute } from './http/experiments/put-experiment.ts';
import { createReadExperimentRoute } from './http/experiments/read-experiment.ts';
import { createReadyzRoute, healthz } from './http/health.ts';
import { createListModelsRoute } from './http/models/list-models.ts';
import { createSetModelAliasRoute } from './http/models/set-model-alias.ts';
import { createUploadModelRoute } from './http/models/upload-model.ts';
import { createInferRoute } from './http/open-inference/infer.ts';
import { createModelMetadataRoute, createModelReadyRoute } from './http/open-inference/model-metadata.ts';
import { createServerReadyRoute, serverLive } from './http/open-inference/server-health.ts';
import { createServerMetadataRoute } from './http/open-inference/server-metadata.ts';
import { createReportOutcomesRoute } from './http/outcomes/report-outcomes.ts';
import { problemResponse } from './http/problem.ts';
import { createReadAuditRoute } from './http/read-audit.ts';
import { createReadDecisionRoute } from './http/read-decision.ts';
import { createReplayDecisionRoute } from './http/replay-decision.ts';
import { openapi } from './http/serve-openapi.ts';
import { createStreamRoute } from './http/stream.ts';
import { createVerifyAuditRoute } from './http/verify-audit.ts';
import { createChosenEngine, type EngineChoice } from './inference/chosen-engine.ts';
import type { Engine } from './inference/engine.ts';
import { createKernelEngine } from './inference/kernel/kernel-engine.ts';
import { createOrtEngine } from './inference/ort.ts';
import { createJobs } from './jobs.ts';
import type { ServedModel } from './models/catalog.ts';
import { storedModelBytesMax } from './models/fetch-bundle.ts';
import type { LoadOptions } from './models/load-model.ts';
import { createModelByHash } from './models/model-by-hash.ts';
import { registerBundle } from './models/register-bundle.ts';
import { createRegistry, type Registry } from './models/registry.ts';
import { setAlias } from './models/set-alias.ts';
import { loadShippedModels } from './models/shipped-models.ts';
import type { RequestScope, Runtime } from './runtime.ts';
import { type Database, openDatabase } from './store/database.ts';
import { loadKey } from './store/keys.ts';
import { createLayeredModelStore } from './store/layered-model-store.ts';
import { createLibsqlModelStore } from './store/libsql-model-store.ts';
import { loadTrialsBetween } from './store/outcomes.ts';
import { createRedis } from './store/redis.ts';
import {
  insertAlias,
  insertBundle,
  loadAliases,
  loadAliasHistory,
  loadBundle,
  loadBundles,
  loadRegistryEpoch,
} from './store/registry-rows.ts';

/** What an entry point serves. */
export interface Service {
  /** Everything that keeps the service from working; empty when it works. With faults it answers 503. */
  readonly faults: readonly string[];
  fetch(request: Request, scope: RequestScope): Promise<Response>;
  /** Runs the job of a cron name; `drain` refuses new decisions and resolves when every record is written. */
  scheduled(cron: string): Promise<void>;
}

/** Longest that one owner of the log's flush may work: below the 30 s of Workers' `waitUntil`. */
const logOwnerMsMax = 20_000;
const logBatchMax = 512;
/** A seal's leaves are then 256 kB. */
const sealRowsMax = 4_096;
/** About two million characters: what a link of 1 MB/s still carries within the database's deadline of 3 s. */
const logBatchBytesMax = 4_194_304;

/** The only place that constructs adapters. Called once an isolate. */
export async function compose(runtime: Runtime): Promise<Service> {
  hashByWasm(runtime.sha256Module);
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

export interface Models {
  readonly shipped: readonly ServedModel[];
  /** By which others are taken for good. */
  readonly loading: LoadOptions;
}

function createAdapters(runtime: Runtime, config: Config, { shipped, loading }: Models) {
  const { clock, timers, random } = runtime;
  const database = openDatabase({ ...config.database, fetch: runtime.fetch });
  // An isolate's first round trip may take twice the deadline of the others.
  const redisDeadlineMs = 2 * config.controlDeadlineMsMax;
  const redis = createRedis({ ...config.redis, fetch: runtime.fetch, timers, deadlineMs: redisDeadlineMs });
  const ids = createIdSource({ clock, random });
  const breakers = createBreakers({ settings: breakerSettings, clock, report: runtime.report });
  const durable = createDurableControl(database);
  const control = createControl({
    redis,
    breakers,
    readDurableControl: durable.load,
    clock,
    timers,
    ids,
    viewLifeMs: config.viewLifeMs,
    deadlineMsMax: config.controlDeadlineMsMax,
  });
  const chain = createChain();
  const { client } = database;
  const outbox = createOutbox({ redis, ids });
  const outboxDrain = createOutboxDrain({
    outbox,
    insert: (records) => commitLinked(client, records),
    receiptSecret: config.receiptSecret,
    clock,
  });
  const log = createDecisionLog({
    insert: (records) => commitDecisions({ client, chain }, records),
    outbox: { keep: (record) => outbox.keep(chain.link(record)), follow: outboxDrain.follow },
    clock,
    timers,
    pendingBytesMax: config.logPendingBytesMax,
    batchMax: logBatchMax,
    batchBytesMax: logBatchBytesMax,
    ownerMsMax: logOwnerMsMax,
  });
  const authenticator = createAuthenticator({
    loadKey: (id) => loadKey(database, id),
    isRevoked: control.isRevoked,
    keysEpoch: control.keysEpoch,
    admitFailedLogin: createFailedLoginLimiter({ redis }),
    clock,
  });
  const writer = createWriter(ids);
  const { receiptSecret } = config;
  const trail = createAuditTrail({ client: database.client, writer, chain, ids, clock, receiptSecret });
  const libsqlModels = createLibsqlModelStore(database);
  const source = {
    loadBundle: (hash: string) => loadBundle(database, hash),
    modelStore: runtime.modelStore ? createLayeredModelStore(runtime.modelStore, libsqlModels) : libsqlModels,
  };
  const registry = createRegistry({
    ...loading,
    shipped,
    source,
    loadAliases: () => loadAliases(database),
    report: runtime.report,
    clock,
    timers,
  });
  const claim = createSealClaim({ redis, ids });
  const sealer = createSealerOf({ config, database, claim, clock });
  const stores = { database, durable, redis, source };
  const parts = { ids, breakers, control, log, outboxDrain, claim, sealer };
  return { ...stores, ...parts, authenticator, registry, writer, trail, clock };
}

type Adapters = ReturnType<typeof createAdapters>;

/** What operators and code do to the control state. */
function controlVerbsOf(
  { breakers, control, durable, redis, ids, trail }: Adapters,
  { viewLifeMs, resumeApprovals: approvalsNeeded }: Config,
  { clock, timers, report }: Runtime,
) {
  const shared = createSharedControl(redis, breakers);
  const levelling = createLevelling({ shared, durable, ids, timers });
  const trace = createTrace({ trail, timers, report });
  const restrict = createRestrict({ control, shared, durable, levelling, trace, clock, timers, viewLifeMs });
  const resume = createResume({
    ...{ control, levelling, trail, trace, restrict, clock, approvalsNeeded },
    shared: createSharedResume(redis),
  });
  return { levelling, restrict, resume };
}

function controlHandlers(
  { authenticator, control }: Adapters,
  { levelling, restrict, resume }: ReturnType<typeof controlVerbsOf>,
  bodyLimits: BodyLimits,
) {
  return {
    read: createReadControlRoute({ authenticator, levelling }),
    halt: createRestrictRoute({ authenticator, bodyLimits, restrict, verb: 'halt' }),
    reduce: createRestrictRoute({ authenticator, bodyLimits, restrict, verb: 'reduce' }),
    resume: createResumeRoute({ authenticator, bodyLimits, control, resume }),
  };
}

function createSealerOf(parts: {
  readonly config: Config;
  readonly database: Database;
  readonly claim: SealClaim;
  readonly clock: Clock;
}): Sealer | null {
  const { config, ...shared } = parts;
  const { sealSigningKey: signingKey, sealPublicKeys: publicKeys } = config;
  return signingKey === null
    ? null
    : createSealer({ ...shared, signingKey, publicKeys, rowsMax: sealRowsMax });
}

function pipelineOf(
  arms: Arms,
  { breakers, control, log, ids, registry, writer }: Adapters,
  config: Config,
  { clock, timers }: Runtime,
): Pipeline {
  return createPipeline({
    arms,
    control: { current: () => viewUnder(registry, control.current()) },
    breaker: breakers.of('decision'),
    log,
    clock,
    timers,
    ids,
    writer,
    receiptSecret: config.receiptSecret,
    configHash: config.hash,
    freshnessGraceMs: config.freshnessGraceMs,
  });
}

/** The routes that decide, over one pipeline. */
function decidingRoutesOf(
  arms: Arms,
  adapters: Adapters,
  config: Config,
  { runtime, isDraining }: { readonly runtime: Runtime; readonly isDraining: () => boolean },
) {
  const { redis, ids, control, authenticator, registry } = adapters;
  const { bodyBytesMax, batchBodyBytesMax, bodyDeadlineMs, barsMax } = config;
  const { clock, timers } = runtime;
  const shared = {
    authenticator,
    barsMax,
    registry,
    control,
    idempotency: createIdempotency({ redis, ids, clock }),
    pipeline: pipelineOf(arms, adapters, config, runtime),
    clock,
    isDraining,
  };
  const bodyLimits = { bodyBytesMax, bodyDeadlineMs, timers };
  return {
    decide: createDecideRoute({ ...shared, bodyLimits }),
    decideBatch: createDecideBatchRoute({
      ...shared,
      bodyLimits: { ...bodyLimits, bodyBytesMax: batchBodyBytesMax },
    }),
    stream: createStreamRoute({
      ...shared,
      timers,
      receiptSecret: config.receiptSecret,
      upgrade: runtime.upgrade,
      report: runtime.report,
      limits: {
        frameCharsMax: batchBodyBytesMax,
        lifeMs: config.streamLifeMs,
        decisionsMax: config.streamDecisionsMax,
      },
    }),
  };
}

function storedDecisionRoutesOf(
  { authenticator, control, database, registry, source }: Adapters,
  { receiptSecret, hash: configHash, freshnessGraceMs }: Config,
  { shipped, loading }: Models,
) {
  const stored = { authenticator, control, database, receiptSecret };
  const modelByHash = createModelByHash({ ...loading, registry, shipped, source });
  return {
    readDecision: createReadDecisionRoute(stored),
    replayDecision: createReplayDecisionRoute({ ...stored, modelByHash, configHash, freshnessGraceMs }),
  };
}

function auditRoutesOf(
  { authenticator, control, database, claim }: Adapters,
  { receiptSecret, sealPublicKeys: publicKeys }: Config,
  report: (failure: unknown) => void,
) {
  const shared = { authenticator, control, database, receiptSecret };
  return {
    readAudit: createReadAuditRoute(shared),
    verifyAudit: createVerifyAuditRoute({ ...shared, claim, publicKeys, report }),
  };
}

/** An upload's model in base64, and its texts. */
const uploadBytesMax = Math.ceil((storedModelBytesMax * 4) / 3) + 262_144;

/** What operators do to the circuit breakers. */
function createBreakerRoutes(adapters: Adapters, { viewLifeMs }: Config, bodyLimits: BodyLimits) {
  const { redis, authenticator, control, trail, clock } = adapters;
  const operator = createBreakerOperator({ redis, trail });
  const shared = { authenticator, control, operator, bodyLimits, clock, viewLifeMs };
  return {
    readBreakers: createReadBreakersRoute(shared),
    tripBreaker: createOperateBreakerRoute({ ...shared, verb: 'trip' }),
    resetBreaker: createOperateBreakerRoute({ ...shared, verb: 'reset' }),
  };
}

/** What operators do to the registry. */
function createModelRoutes(adapters: Adapters, { shipped, loading }: Models, bodyLimits: BodyLimits) {
  const { database, authenticator, control, source, trail, clock } = adapters;
  const operator = { authenticator, control };
  return {
    listModels: createListModelsRoute({
      ...operator,
      loadAliases: () => loadAliases(database),
      loadBundles: (countMax) => loadBundles(database, countMax),
    }),
    uploadModel: createUploadModelRoute({
      ...operator,
      bodyLimits: { ...bodyLimits, bodyBytesMax: uploadBytesMax },
      register: (files, uploader) =>
        registerBundle(files, uploader, {
          ...loading,
          source,
          trail,
          clock,
          insertBundle: (row) => insertBundle(database, row),
        }),
    }),
    setModelAlias: createSetModelAliasRoute({
      ...operator,
      bodyLimits,
      setAlias: (ask) =>
        setAlias(ask, {
          ...loading,
          source,
          shipped,
          trail,
          clock,
          loadRegistryEpoch: () => loadRegistryEpoch(database),
          loadAliasHistory: (name, alias) => loadAliasHistory(database, name, alias),
          insertAlias: (row) => insertAlias(database, row),
        }),
    }),
  };
}

interface OpenInferenceParts {
  readonly readyz: Handler;
  readonly bodyLimits: BodyLimits;
  readonly isDraining: () => boolean;
}

function createOpenInferenceRoutes(
  adapters: Adapters,
  { readyz, bodyLimits, isDraining }: OpenInferenceParts,
) {
  const { authenticator, control, registry } = adapters;
  return {
    serverMetadata: createServerMetadataRoute({ authenticator, control }),
    serverLive,
    serverReady: createServerReadyRoute(readyz),
    modelMetadata: createModelMetadataRoute({ authenticator, control, registry }),
    modelReady: createModelReadyRoute({ authenticator, control, registry }),
    infer: createInferRoute({ authenticator, control, registry, bodyLimits, isDraining }),
  };
}

/** What lets models compete: arms for the pipeline, routes for people. */
function createExperiments(
  { runtime, config }: { runtime: Runtime; config: Config },
  adapters: Adapters,
  bodyLimits: BodyLimits,
) {
  const { clock, timers, report } = runtime;
  const { database, control, log, authenticator, registry, trail } = adapters;
  const { freshnessGraceMs } = config;
  const demote = createDemote({ database, trail, clock, report });
  const calendarOf = (symbol: string) => registry.current().bySymbol(symbol)?.bundle.manifest.calendar;
  const evidenceOf = (experiment: Experiment) => loadEvidence(experiment, { database, calendarOf });
  const judgeRunning = createJudgeRunning({
    loadExperiments: () => loadExperiments(database),
    loadEvidence: evidenceOf,
    demote,
    report,
  });
  const arms = createArms({
    experiments: createExperimentsInForce({ load: () => loadExperiments(database), clock, report }),
    trials: createTrialLog(database),
    demote,
    registry,
    control,
    log,
    clock,
    timers,
    freshnessGraceMs,
    report,
  });
  const readExperiment = createReadExperimentRoute({
    authenticator,
    control,
    loadExperiments: (name) => loadExperiments(database, name),
    loadEvidence: evidenceOf,
  });
  const putExperiment = createPutExperimentRoute({
    authenticator,
    control,
    bodyLimits,
    registry,
    database,
    trail,
    clock,
    loadExperiments: () => loadExperiments(database),
  });
  const reportOutcomes = createReportOutcomesRoute({
    authenticator,
    control,
    registry,
    bodyLimits,
    barsMax: config.barsMax,
    clock,
    loadTrials: (wanted) => loadTrialsBetween(database, wanted),
    record: (reported, reporter) => recordOutcomes(reported, reporter, { database, calendarOf }),
    judgeRunning,
  });
  return { arms, judgeRunning, routes: { readExperiment, putExperiment, reportOutcomes } };
}

/** Under a registry that was not read yet, no view permits anything. */
const viewUnder = (registry: Registry, view: ControlView | undefined): ControlView | undefined =>
  view && registry.isKnown(view.registryEpoch) ? view : undefined;

/** The service over what `compose` found good. A simulator's isolates share the models, which nothing changes. */
export function assemble(runtime: Runtime, config: Config, models: Models): Service {
  const { clock, timers } = runtime;
  const adapters = createAdapters(runtime, config, models);
  const { breakers, control, log, outboxDrain, sealer, registry } = adapters;
  const controlVerbs = controlVerbsOf(adapters, config, runtime);
  let draining = false;
  let requestsInFlight = 0;
  const isDraining = () => draining;
  const bodyLimits = { bodyBytesMax: config.bodyBytesMax, bodyDeadlineMs: config.bodyDeadlineMs, timers };
  const experiments = createExperiments({ runtime, config }, adapters, bodyLimits);
  const readyz = createReadyzRoute({
    runtime: runtime.name,
    registry,
    control,
    breakers,
    log,
    outbox: outboxDrain,
    sealer,
    probeDatabase: adapters.durable.load,
    isDraining,
    report: runtime.report,
    clock,
    timers,
  });
  const { stream, ...deciding } = decidingRoutesOf(experiments.arms, adapters, config, {
    runtime,
    isDraining,
  });
  const app = createApp({
    clock,
    random: poolRandom(runtime.random),
    report: runtime.report,
    ensureRegistry: registry.ensureRead,
    ...deciding,
    stream: stream.handler,
    ...storedDecisionRoutesOf(adapters, config, models),
    ...auditRoutesOf(adapters, config, runtime.report),
    ...createBreakerRoutes(adapters, config, bodyLimits),
    ...createModelRoutes(adapters, models, bodyLimits),
    ...experiments.routes,
    healthz,
    readyz,
    openapi,
    docs,
    control: controlHandlers(adapters, controlVerbs, bodyLimits),
    openInference: createOpenInferenceRoutes(adapters, { readyz, bodyLimits, isDraining }),
  });

  return {
    faults: [],
    async fetch(request, scope) {
      requestsInFlight += 1;
      const leave = registry.enter();
      try {
        return await app.fetch(request, { scope });
      } finally {
        requestsInFlight -= 1;
        leave();
        registry.follow(control.current()?.registryEpoch ?? 0, scope);
      }
    },
    scheduled: createJobs({
      log,
      outbox: outboxDrain,
      sealer,
      judgeExperiments: () => experiments.judgeRunning(),
      timers,
      levelControl: async () => {
        const reason = 'one store knew it alone';
        await controlVerbs.levelling.level({ by: 'minute tick', reason, atMs: clock.nowMs() });
      },
      requestsInFlight: () => requestsInFlight + stream.openCount(),
      startDraining: () => {
        draining = true;
      },
    }),
  };
}
