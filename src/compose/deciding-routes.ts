import type { Config } from '../config.ts';
import { createSharedOverrides } from '../control/overrides/shared-overrides.ts';
import type { ControlView } from '../control/view.ts';
import type { Arms } from '../decision/arms.ts';
import { createIdempotency } from '../decision/idempotency.ts';
import { createLadder } from '../decision/ladder.ts';
import { createLift } from '../decision/lift.ts';
import { createPipeline, type Pipeline } from '../decision/pipeline.ts';
import { createSupplyBars } from '../decision/supply-bars.ts';
import { createDecideRoute } from '../http/decide.ts';
import { createDecideBatchRoute } from '../http/decide-batch.ts';
import { createStreamRoute } from '../http/stream.ts';
import { createAlpacaBars } from '../market/alpaca-bars.ts';
import type { Registry } from '../models/registry.ts';
import type { RequestScope, Runtime } from '../runtime.ts';
import type { Adapters } from './adapters.ts';

/** What a stream leaves of its runtime's calls to the work that is under way when it ends. */
const callsShare = 0.8;

interface OfTheService {
  readonly runtime: Runtime;
  readonly isDraining: () => boolean;
  readonly followJobs: (scope: RequestScope) => void;
}

/** The routes that decide, over one pipeline. */
export function decidingRoutesOf(
  arms: Arms,
  adapters: Adapters,
  config: Config,
  { runtime, isDraining, followJobs }: OfTheService,
) {
  const { redis, ids, control, authenticator, overload, registry } = adapters;
  const { bodyBytesMax, batchBodyBytesMax, bodyDeadlineMs, barsMax } = config;
  const { clock, timers } = runtime;
  const shared = {
    authenticator,
    barsMax,
    registry,
    control,
    overload,
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
      followJobs,
      report: runtime.report,
      limits: {
        frameCharsMax: batchBodyBytesMax,
        lifeMs: config.streamLifeMs,
        decisionsMax: config.streamDecisionsMax,
        callsMax: runtime.callsMax === undefined ? null : Math.floor(runtime.callsMax * callsShare),
      },
      streamsPerKeyMax: config.streamsPerKeyMax,
      callCount: adapters.callCount,
    }),
  };
}

function pipelineOf(
  arms: Arms,
  { breakers, control, log, ids, overload, redis, registry, trace, writer }: Adapters,
  config: Config,
  { clock, timers, buildHash, fetch, report }: Runtime,
): Pipeline {
  const { freshnessGraceMs } = config;
  const underRegistry = {
    isRevoked: control.isRevoked,
    current: () => viewUnder(registry, control.current()),
    ensure: async (scope: RequestScope) => viewUnder(registry, await control.ensure(scope)),
  };
  return createPipeline({
    arms,
    control: underRegistry,
    lift: createLift({ control: underRegistry, log, overrides: createSharedOverrides(redis), trace }),
    ladder: createLadder({ breakers, registry, clock, timers, freshnessGraceMs, report }),
    supplyBars: createSupplyBars({
      source: config.marketData && createAlpacaBars({ ...config.marketData, fetch, timers }),
      breaker: breakers.of('market-data'),
      clock,
      cachedMsMax: config.marketDataCachedMsMax,
    }),
    load: overload.load,
    log,
    clock,
    timers,
    ids,
    writer,
    receiptSecret: config.receiptSecret,
    configHash: config.hash,
    freshnessGraceMs,
    featureForm: 'bits',
    buildHash,
  });
}

/** Under a registry that was not read yet, no view permits anything. */
const viewUnder = (registry: Registry, view: ControlView | undefined): ControlView | undefined =>
  view && registry.isKnown(view.registryEpoch) ? view : undefined;
