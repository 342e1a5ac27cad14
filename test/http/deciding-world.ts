import { Hono } from 'hono';
import { createDecisionLog } from '../../src/audit/decision-log.ts';
import type { DecisionRecord } from '../../src/audit/decision-record.ts';
import { createWriter } from '../../src/audit/writer.ts';
import { createBreaker } from '../../src/control/breakers/breaker.ts';
import { breakerSettings } from '../../src/control/breakers/breaker-settings.ts';
import { createOverload } from '../../src/control/overload/overload.ts';
import { overloadSettings } from '../../src/control/overload/overload-settings.ts';
import type { ControlView, Permit, TargetState } from '../../src/control/view.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { err, ok } from '../../src/core/result.ts';
import type { ClaimOutcome, KeptAnswer } from '../../src/decision/idempotency.ts';
import type { LiftAsk } from '../../src/decision/lift.ts';
import type { LiftOutcome } from '../../src/decision/named-override.ts';
import { createPipeline } from '../../src/decision/pipeline.ts';
import { type Environment, throughHono } from '../../src/http/context.ts';
import { createDecideRoute } from '../../src/http/decide.ts';
import { createDecideBatchRoute } from '../../src/http/decide-batch.ts';
import type { Runnable } from '../../src/inference/engine.ts';
import type { TradingState } from '../../src/risk/trading-state.ts';
import { Stages } from '../../src/telemetry/stages.ts';
import { VirtualTime } from '../virtual-time.ts';
import { catalogOf, constantModel } from './served-model.ts';

/** Of the caller; tests may change its limits. */
export const key = {
  id: 'k',
  account: 'a',
  scopes: ['decide' as const],
  ratePerSecond: 100,
  burst: 256,
  person: 'k',
  isRetired: () => false,
};

export const receiptSecret = 'r'.repeat(32);
export const configHash = 'c'.repeat(64);

/** Scores a row by its first value, so that each item of a batch has an answer of its own. */
function firstValueModel() {
  const model = constantModel(0.5);
  const runs: number[] = [];
  const run: Runnable['run'] = async (rows, rowCount) => {
    runs.push(rowCount);
    const width = rows.length / rowCount;
    return ok(Float32Array.from({ length: rowCount }, (_, at) => rows[at * width] ?? Number.NaN));
  };
  return { runs, model: { ...model, runnable: { ...model.runnable, run } } };
}

/** The deciding routes over real parts, on virtual time, in a world that a test can change. */
export function decidingWorld() {
  const time = new VirtualTime(Date.parse('2026-03-02T12:00:00Z'));
  const { runs, model } = firstValueModel();
  const world = {
    rows: [] as DecisionRecord[],
    runs,
    tokens: [] as number[],
    kept: [] as KeptAnswer[],
    claim: { kind: 'claimed', claim: { redisKey: 'c', ownerId: 'o' } } as ClaimOutcome,
    permit: undefined as Permit | undefined,
    tradingState: 'ACTIVE' as TradingState,
    targets: [] as TargetState[],
    epoch: 7,
    tableFails: false,
    whileWriting: () => {},
    whilePermitted: () => {},
    whileClaimed: () => {},
    whileEnsured: () => {},
    keysNews: 0,
    isProven: true,
    live: true,
    lifts: [] as LiftAsk[],
    liftOutcome: 'applied' as LiftOutcome,
  };
  const view = (): ControlView => ({
    sentAtMs: time.monotonicMs(),
    expiresAtMs: time.monotonicMs() + 700,
    epoch: world.epoch,
    tradingState: world.tradingState,
    stateEpoch: world.epoch,
    targets: world.targets,
    registryEpoch: 0,
  });
  const bucket = { remaining: 1, burst: key.burst, ratePerSecond: 100, retryAfterMs: 0 };
  const control = {
    current: () => (world.live ? view() : undefined),
    async ensure() {
      world.whileEnsured();
      return view();
    },
    isRevoked: () => false,
    isRetired: () => false,
    changesOf: () => 0,
    keysEpoch: () => 0,
    keysNews: () => world.keysNews,
    highest: () => undefined,
    learn: () => undefined,
    status: () => ({
      health: 'up' as const,
      lastFailure: null,
      deadlineMs: 100,
      operatorHeartbeat: 'off' as const,
    }),
    async permit(_ask: unknown, _scope: unknown, tokens = 1): Promise<Permit> {
      world.tokens.push(tokens);
      world.whilePermitted();
      return world.permit ?? { kind: 'granted', view: view(), bucket };
    },
  };
  const log = createDecisionLog({
    outbox: { keep: async () => ok(undefined), follow: () => undefined },
    async insert(records) {
      world.whileWriting();
      if (world.tableFails) return err({ kind: 'unavailable', detail: 'down' });
      world.rows.push(...records);
      return ok(undefined);
    },
    clock: time,
    timers: time,
    pendingBytesMax: 1_000_000,
    batchMax: 10,
    batchBytesMax: 1_000_000,
    ownerMsMax: 1_000,
    overtimeMs: 0,
    gatherMs: 0,
  });
  const overload = createOverload({ settings: overloadSettings, clock: time, report: () => undefined });
  const ids = createIdSource({ clock: time, random: { bytes: (length) => new Uint8Array(length).fill(1) } });
  const breaker = createBreaker(breakerSettings.decision);
  const options = {
    authenticator: {
      authenticate: async () => (world.isProven ? ok(key) : err({ code: 'UNAUTHENTICATED' as const })),
    },
    bodyLimits: { bodyBytesMax: 1_000_000, bodyDeadlineMs: 1_000, timers: time },
    barsMax: 200,
    registry: { current: () => catalogOf(model) },
    control,
    overload,
    idempotency: {
      claim: async () => {
        world.whileClaimed();
        return world.claim;
      },
      complete: async (_claim: unknown, kept: KeptAnswer) => void world.kept.push(kept),
    },
    pipeline: createPipeline({
      arms: { choose: (question) => question, compare: () => undefined },
      ladder: { choose: (asked) => asked, breakerOf: () => breaker },
      supplyBars: async (question) => question,
      lift: async (asked) => {
        world.lifts.push(asked);
        return world.liftOutcome;
      },
      load: overload.load,
      control,
      log,
      clock: time,
      timers: time,
      ids,
      writer: createWriter(ids),
      receiptSecret,
      configHash,
      freshnessGraceMs: 3_600_000,
      featureForm: 'bits',
      buildHash: null,
    }),
    clock: time,
    isDraining: () => false,
  };
  const app = new Hono<Environment>();
  app.use('*', (context, next) => {
    context.set('stages', new Stages(time, 'auth'));
    return next();
  });
  app.post('/one', throughHono(createDecideRoute(options)));
  app.post('/batch', throughHono(createDecideBatchRoute(options)));
  const scope = { waitUntil: (work: Promise<void>) => void work, clientAddress: '192.0.2.1' };
  async function post(path: '/one' | '/batch', body: unknown, headers: Record<string, string> = {}) {
    const response = await app.request(
      path,
      { method: 'POST', body: JSON.stringify(body), headers },
      { scope },
    );
    await time.advance(0);
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  return { world, time, post, options, scope, view, bucket, model };
}
