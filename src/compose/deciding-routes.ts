import type { Config } from '../config.ts';
import { createUseOverride } from '../control/overrides/use-override.ts';
import type { ControlView } from '../control/view.ts';
import type { Arms } from '../decision/arms.ts';
import { createIdempotency } from '../decision/idempotency.ts';
import { createLadder } from '../decision/ladder.ts';
import { createLift } from '../decision/lift.ts';
import { createPipeline, type Pipeline } from '../decision/pipeline.ts';
import { createSupplyBars } from '../decision/supply-bars.ts';
import { createDecideRoute } from '../http/decide.ts';
import { createDecideBatchRoute } from '../http/decide-batch.ts';
import { createAlpacaBars } from '../market/alpaca-bars.ts';
import type { Registry } from '../models/registry.ts';
import type { RequestScope, Runtime } from '../runtime.ts';
import type { Adapters } from './adapters.ts';

/** The routes that decide, over one pipeline. */
export function decidingRoutesOf(
  arms: Arms,
  adapters: Adapters,
  config: Config,
  { runtime, isDraining }: { readonly runtime: Runtime; readonly isDraining: () => boolean },
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
    shared,
    decide: createDecideRoute({ ...shared, bodyLimits }),
    decideBatch: createDecideBatchRoute({
      ...shared,
      bodyLimits: { ...bodyLimits, bodyBytesMax: batchBodyBytesMax },
    }),
  };
}

export type DecidingRoutes = ReturnType<typeof decidingRoutesOf>;

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
    lift: createLift({ control: underRegistry, log, useOverride: createUseOverride(redis), trace }),
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
