import type { Config } from '../../config.ts';
import { redisKeys } from '../../control/redis-keys.ts';
import type { EngineFailure } from '../../inference/engine.ts';
import { type BreakersCheck, breakers } from './checks/breakers.ts';
import { chain } from './checks/chain.ts';
import { deadManSwitch } from './checks/dead-man-switch.ts';
import { failClosed } from './checks/fail-closed.ts';
import { idempotency } from './checks/idempotency.ts';
import { killSwitch } from './checks/kill-switch.ts';
import { liveness } from './checks/liveness.ts';
import { marketData } from './checks/market-data.ts';
import { overrides } from './checks/overrides.ts';
import { rateBound } from './checks/rate-bound.ts';
import { records } from './checks/records.ts';
import { registry } from './checks/registry.ts';
import { revocation } from './checks/revocation.ts';
import { stores } from './checks/stores.ts';
import { type Asked, Clients, requestOf } from './clients.ts';
import { type ControlHistory, createControlHistory } from './control-history.ts';
import { Draw } from './draw.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import { actionableIn, type Exchange, type ReceivedReply, receive } from './exchange.ts';
import { type Climate, drawClimate, drawFairClimate, type FaultCounts, noFaults } from './faults.ts';
import { scheduleIncidents } from './incidents.ts';
import { createIsolate, type Isolate } from './isolate.ts';
import { insertKeysSql, roomyKey, tightKeys } from './keys.ts';
import type { LibsqlEndpoint } from './libsql-endpoint.ts';
import { createMarketSource, type MarketSource } from './market-source.ts';
import { createModelHistory, type ModelHistory } from './model-history.ts';
import type { Check, Truth } from './monitor.ts';
import { createNetwork, type Network, type Reply } from './network.ts';
import { Operator } from './operator.ts';
import { haltDirectly } from './operator-machine.ts';
import { createOverrideHistory } from './override-history.ts';
import { Platform } from './platform.ts';
import { drawScenario, scenarios } from './scenarios/scenarios.ts';
import type { Pace, Scenario } from './scenarios/stage.ts';
import { actionBy, bundleNames } from './small-model.ts';
import { StreamClient } from './stream-client.ts';
import { takeOverPlatform } from './take-over-platform.ts';
import { insertBundlesSql } from './uploaded-bundles.ts';
import { restCommand, restReply } from './upstash-rest.ts';
import type { World } from './world.ts';

export interface SimulationReport {
  readonly seed: number;
  /** What happened until the run came to rest. */
  readonly events: number;
  readonly answers: number;
  readonly actionable: number;
  readonly faults: FaultCounts;
  /** What broke a guarantee, in words; empty when nothing did. */
  readonly violations: readonly string[];
}

const quick: Pace = { faultyMs: 2_800, perSecond: 32, changesPerSecond: 1 };
/** Reaches what begins only after half a minute; see control/view-holder.ts. */
const slow: Pace = { faultyMs: 42_000, perSecond: 1.6, changesPerSecond: 0.05 };
const slowShare = 0.15;
const drawPace = (draw: Draw): Pace => (draw.chance(slowShare) ? slow : quick);
/** All that happens is what the scenario directs. */
const directed = ({ faultyMs }: Scenario): Pace => ({ faultyMs, perSecond: 0, changesPerSecond: 0 });

/** Faults are over for so long when the service has to be as it was: two lives of a view since the last call that was lost failed. */
const healingMs = 2_500;
const calmMs = 700;
/** Enough that every isolate is asked a few times. */
const healingPerSecond = 14;
const eventsMin = 1_000;
/** Of these, what may happen before a run is healed: healing and calm bring a good 250 more. */
const unhealedEvents = 600;
/** What is asked for from then on, until it is healed. */
const sparePerSecond = 3;
const drainMs = 30_000;
const leaseMsMax = 16_000;
/** Of the runs, in which the log leaves by the outbox too, the minute's jobs run beside everything else, and seals are proven. */
const keepingShare = 0.2;
/** Of the runs, in which two people have to agree to a resume. */
const twoPeopleShare = 0.15;
/** Of the runs, in which models are replaced. */
const replacingShare = 0.06;

/** One run: everything in it follows from the seed. */
export async function simulate(seed: number, world: World): Promise<SimulationReport> {
  const run = new Simulation(seed, world);
  try {
    return await run.report();
  } finally {
    run.close();
  }
}

class Simulation {
  readonly #seed: number;
  readonly #world: World;
  readonly #draw: Draw;
  readonly #climate: Climate;
  readonly #scenario: Scenario | undefined;
  readonly #pace: Pace;
  readonly #isKeeping: boolean;
  readonly #isReplacing: boolean;
  readonly #config: Config;
  readonly #time: EventQueue = createEventQueue();
  readonly #counts = noFaults();
  readonly #history: ControlHistory = createControlHistory();
  readonly #models: ModelHistory = createModelHistory();
  readonly #overrides = createOverrideHistory();
  readonly #libsql: LibsqlEndpoint;
  readonly #network: Network;
  readonly #market: MarketSource;
  readonly #operator: Operator;
  readonly #clients: Clients;
  readonly #isolates: Isolate[] = [];
  readonly #exchanges: Exchange[] = [];
  readonly #streams: StreamClient[] = [];
  readonly #checks: readonly Check[];
  #breakers: BreakersCheck | undefined;
  readonly #violations: string[] = [];
  readonly #restore: () => void;
  #isolatesMade = 0;
  #healedAtMs = Infinity;
  #modelFailure: EngineFailure | undefined;
  #isResting = false;

  constructor(seed: number, world: World) {
    this.#seed = seed;
    this.#world = world;
    this.#draw = new Draw(seed);
    const scenarioName = drawScenario(this.#draw);
    this.#scenario = scenarioName && scenarios[scenarioName];
    this.#pace = this.#scenario ? directed(this.#scenario) : drawPace(this.#draw);
    this.#isKeeping = this.#draw.chance(keepingShare);
    const isReplacing = this.#draw.chance(this.#scenario ? 0.5 : replacingShare);
    this.#isReplacing = this.#scenario?.replacesModels ?? isReplacing;
    this.#config = this.#drawConfig();
    this.#climate = this.#scenario ? drawFairClimate(this.#draw) : drawClimate(this.#draw);
    this.#restore = takeOverPlatform(this.#time);
    world.setRedisClock(this.#time);
    world.redis.run(['FLUSHALL']);
    world.redis.run(['SCRIPT', 'FLUSH']);
    this.#libsql = world.libsql;
    this.#libsql.wipe();
    this.#libsql.execute(insertKeysSql);
    if (this.#isReplacing) this.#libsql.execute(insertBundlesSql(world.releases));
    this.#libsql.execute(
      "INSERT INTO control_epochs VALUES (1, 'ACTIVE', 0, 0, 'operator', 'simulated', 'global')",
    );
    const parts = { time: this.#time, draw: this.#draw, libsql: this.#libsql };
    this.#network = createNetwork({
      ...parts,
      climate: this.#climate,
      counts: this.#counts,
      answer: ({ store, body }) => (store === 'redis' ? this.#answerRedis(body) : this.#libsql.answer(body)),
    });
    this.#market = createMarketSource(this.#time, this.#draw);
    this.#operator = new Operator({
      ...parts,
      redis: world.redis,
      history: this.#history,
      climate: this.#climate,
      counts: this.#counts,
      living: () => this.#living(),
      models: this.#models,
      overrides: this.#overrides,
      haltDirectly: (target) => haltDirectly(target, this.#config, this.#createPlatform()),
      approvalsNeeded: this.#config.resumeApprovals,
    });
    this.#clients = new Clients(this.#draw, this.#isKeeping);
    this.#checks = this.#createChecks();
    const count = this.#draw.integer(3, 5);
    for (let index = 0; index < count; index++) this.#addIsolate();
  }

  #drawConfig(): Config {
    const { config, configOfTwo, configUnderHeartbeat } = this.#world;
    const isOfTwo = this.#draw.chance(twoPeopleShare);
    if (this.#scenario?.isUnderHeartbeat) return configUnderHeartbeat;
    return isOfTwo ? configOfTwo : config;
  }

  #createChecks(): readonly Check[] {
    const { redis, releases } = this.#world;
    const { viewLifeMs, operatorHeartbeatMsMax: heartbeatMsMax } = this.#config;
    const heardUntilMs = (atMs: number) => this.#operator.heardUntilMs(atMs);
    const truth: Truth = {
      history: this.#history,
      endOf: ({ secret }) => this.#operator.endOf(secret),
      viewLifeMs,
    };
    return [
      rateBound(truth),
      killSwitch(truth),
      revocation(truth),
      failClosed((version, vector) => {
        const name = bundleNames.find((known) => releases[known].bundle.version === version);
        return name && actionBy(name, vector);
      }),
      registry(this.#models, this.#config.database),
      ...this.#watchModel(),
      ...(heartbeatMsMax > 0 ? [deadManSwitch({ heardUntilMs, heartbeatMsMax, viewLifeMs })] : []),
      idempotency(truth),
      marketData(this.#market, () => this.#isolatesMade),
      overrides({
        overrides: this.#overrides,
        history: this.#history,
        riskyVersion: releases.risky.bundle.version,
      }),
      records(truth),
      chain(),
      stores(redis),
      liveness((exchange) => exchange.sentAtMs >= this.#healedAtMs + healingMs),
    ];
  }

  async report(): Promise<SimulationReport> {
    if (this.#scenario) this.#direct(this.#scenario);
    else this.#leaveToChance();
    await this.#time.pass(this.#pace.faultyMs);
    await this.#heal();
    await this.#time.pass(this.#healedAtMs + healingMs + calmMs - this.#time.monotonicMs());
    while (this.#events() < eventsMin) await this.#time.pass(10);
    this.#healedAtMs = Infinity;
    const events = this.#events();
    await this.#rest();
    const replies = this.#exchanges.flatMap(({ reply }) => (reply ? [reply] : []));
    return {
      seed: this.#seed,
      events,
      answers: replies.length,
      actionable: this.#exchanges.filter((exchange) => actionableIn(exchange).length > 0).length,
      faults: this.#counts,
      violations: this.#violations,
    };
  }

  close(): void {
    this.#restore();
  }

  #answerRedis(body: string): Reply {
    const command = restCommand(body);
    const reply = restReply(this.#world.redis.run(command));
    this.#breakers?.sent(command);
    return reply;
  }

  #addIsolate(): void {
    const { models } = this.#world;
    const id = this.#isolatesMade;
    const platform = this.#createPlatform();
    this.#isolates.push(createIsolate({ id, platform, config: this.#config, models, time: this.#time }));
    this.#isolatesMade += 1;
  }

  #createPlatform(): Platform {
    const { skewMsMax, standingClocks } = this.#climate;
    const skewMs = Math.round(this.#draw.between(-skewMsMax, skewMsMax));
    if (skewMs !== 0) this.#counts['clock skewed'] += 1;
    if (standingClocks) this.#counts['clock stands between I/O'] += 1;
    return new Platform({
      time: this.#time,
      draw: this.#draw,
      network: this.#network,
      market: this.#market,
      skewMs,
      hasStandingClocks: standingClocks,
    });
  }

  /** Only where models fail is each run of one looked at. */
  #watchModel(): readonly Check[] {
    const { engine, redis, releases } = this.#world;
    if (!this.#scenario) {
      engine.plan({ failureOf: () => undefined });
      return [];
    }
    const check = breakers({
      redis,
      nowMs: () => this.#time.monotonicMs(),
      viewLifeMs: this.#config.viewLifeMs,
    });
    const { sha256 } = releases.shipped.bundle.manifest.model;
    engine.plan({
      failureOf: (ran) => {
        if (ran !== sha256) return undefined;
        check.ran();
        return this.#modelFailure;
      },
    });
    this.#breakers = check;
    return [check];
  }

  #openStream(isolate: Isolate): StreamClient {
    const stream = new StreamClient({
      time: this.#time,
      draw: this.#draw,
      history: this.#history,
      isolate,
      key: this.#draw.pick([roomyKey, tightKeys[0]] as const),
      windowBars: this.#world.releases.shipped.bundle.manifest.features.windowBars,
      onDecided: (exchange) => {
        this.#exchanges.push(exchange);
        for (const check of this.#checks) this.#note(check.replied(exchange));
      },
    });
    stream.open();
    this.#streams.push(stream);
    return stream;
  }

  #replace(isolate: Isolate): void {
    isolate.platform.isDead = true;
    this.#addIsolate();
  }

  #living(): readonly Isolate[] {
    return this.#isolates.filter((isolate) => !isolate.platform.isDead);
  }

  /** Requests, until the run comes to rest. */
  #arrive(): void {
    const isOff = () => this.#isResting;
    const perSecond = this.#perSecond();
    this.#time.after(
      this.#draw.gapMs(perSecond),
      () => {
        this.#ask();
        this.#arrive();
      },
      isOff,
    );
  }

  #perSecond(): number {
    const { perSecond } = this.#pace;
    if (!this.#isHealed())
      return this.#events() < unhealedEvents ? perSecond : Math.min(perSecond, sparePerSecond);
    return this.#time.monotonicMs() < this.#healedAtMs + healingMs ? healingPerSecond : quick.perSecond;
  }

  #ask(): void {
    const isolate = this.#draw.pick(this.#living());
    if (!isolate) return;
    const isHealed = this.#isHealed();
    const asked = isHealed && this.#draw.chance(0.5) ? this.#clients.acting() : this.#clients.next();
    const isGoing = !isHealed && this.#draw.chance(this.#climate.clientGone);
    void this.#send(asked, isolate, isGoing ? this.#draw.between(0, 30) : undefined);
  }

  async #send(asked: Asked, isolate: Isolate, goneInMs?: number): Promise<ReceivedReply> {
    const exchange: Exchange = {
      asked,
      isolate,
      sentAtMs: this.#time.monotonicMs(),
      redisLosses: this.#history.redisLostAtMs.length,
      isCut: false,
      reply: undefined,
    };
    this.#exchanges.push(exchange);
    const { response, gone } = isolate.serve(requestOf(asked));
    const goAway = () => {
      if (exchange.reply) return;
      this.#counts['client gone'] += 1;
      exchange.isCut = true;
      gone();
    };
    if (goneInMs !== undefined) this.#time.after(goneInMs, goAway);
    const given = await response;
    const reply = await receive(given, asked, this.#time.monotonicMs());
    exchange.reply = reply;
    for (const check of this.#checks) this.#note(check.replied(exchange));
    return reply;
  }

  #isHealed(): boolean {
    return this.#healedAtMs !== Infinity;
  }

  #note(...violations: readonly (string | undefined)[]): void {
    for (const violation of violations) {
      if (violation !== undefined)
        this.#violations.push(`${this.#time.monotonicMs().toFixed(1)} ms: ${violation}`);
    }
  }

  #events(): number {
    const polls = this.#isolates.reduce((sum, { platform }) => sum + platform.pollCount, 0);
    return this.#time.eventCount() - polls;
  }

  #tick(): void {
    const { faultyMs } = this.#pace;
    const isOff = () => this.#time.monotonicMs() >= faultyMs;
    this.#time.after(
      this.#draw.gapMs(4_000 / faultyMs),
      () => {
        void this.#draw.pick(this.#living())?.tick();
        this.#tick();
      },
      isOff,
    );
  }

  #direct(scenario: Scenario): void {
    scenario.play({
      time: this.#time,
      draw: this.#draw,
      counts: this.#counts,
      operator: this.#operator,
      clients: this.#clients,
      redis: this.#world.redis,
      market: this.#market,
      isolates: this.#living(),
      living: () => this.#living(),
      endsAtMs: scenario.faultyMs,
      isOver: () => this.#isResting,
      rollBackRedis: (snapshot) => {
        this.#world.redis.restore(snapshot);
        this.#history.redisLost(this.#time.monotonicMs());
        this.#counts['redis rolled back'] += 1;
      },
      openStream: (isolate) => this.#openStream(isolate),
      kill: (isolate) => this.#replace(isolate),
      replaceModel: () => this.#replaceModel(),
      promote: (name) => this.#operator.promote(this.#world.releases[name].bundle),
      failModel: (failure) => {
        if (failure) this.#models.failed();
        this.#modelFailure = failure;
      },
      send: (asked, isolate, goneInMs) => this.#send(asked, isolate, goneInMs),
    });
  }

  #leaveToChance(): void {
    this.#arrive();
    this.#operate();
    this.#befall();
  }

  #operate(): void {
    if (this.#isKeeping) this.#tick();
    const { faultyMs, changesPerSecond } = this.#pace;
    if (this.#draw.chance(0.3))
      this.#time.after(this.#draw.between(0, faultyMs), () => this.#operator.revoke());
    if (this.#isReplacing) {
      for (let count = 0; count < 2; count++)
        this.#time.after(this.#draw.between(0, faultyMs), () => this.#replaceModel());
    }
    const again = () =>
      this.#time.after(
        this.#draw.gapMs(changesPerSecond),
        () => {
          this.#operator.perform();
          again();
        },
        () => this.#time.monotonicMs() >= faultyMs,
      );
    again();
  }

  #replaceModel(): void {
    const { shipped, opposite } = this.#world.releases;
    void this.#operator.promote(this.#draw.pick([shipped, opposite] as const).bundle);
  }

  #befall(): void {
    scheduleIncidents({
      time: this.#time,
      draw: this.#draw,
      climate: this.#climate,
      counts: this.#counts,
      redis: this.#world.redis,
      history: this.#history,
      endsAtMs: this.#pace.faultyMs,
      living: () => this.#living(),
      replace: (isolate) => this.#replace(isolate),
    });
  }

  async #heal(): Promise<void> {
    this.#network.heal();
    // A halt that was under way for long holds trading back when it arrives, whatever was said since.
    await this.#time.pass(Math.max(0, this.#network.arrivedByMs() - this.#time.monotonicMs()));
    if (this.#isReplacing) this.#replaceModel();
    const activeSinceMs = await this.#time.until(this.#operator.restore());
    if (activeSinceMs === undefined) this.#note('liveness: the operator could not resume');
    this.#healedAtMs = activeSinceMs ?? this.#time.monotonicMs();
    // Until then nobody asked but whom the scenario had ask.
    if (this.#scenario) this.#arrive();
  }

  /** What waits outside the database is written, and the log is what its seals and chains say. */
  async #keepLog(): Promise<void> {
    const [keeper] = this.#living();
    if (!keeper) return;
    // The lease of an outbox or of the seals may be held by an isolate that died.
    for (let ticks = 0; ticks < 3; ticks++) {
      await this.#time.until(keeper.tick());
      if (this.#world.redis.run(['XLEN', redisKeys.outbox]) === 0) break;
      await this.#time.pass(leaseMsMax);
    }
    const fault = await this.#time.until(this.#operator.verifyLog());
    if (fault !== undefined) this.#note(`G5: ${fault}`);
  }

  async #rest(): Promise<void> {
    this.#isResting = true;
    const drains = this.#living().map((isolate) => isolate.drain().then(() => undefined, String));
    let left = drains.length;
    for (const drain of drains) {
      void drain.then((failure) => {
        left -= 1;
        if (failure !== undefined) this.#note(`G4: a drain failed: ${failure}`);
      });
    }
    for (let waitedMs = 0; left > 0 && waitedMs < drainMs; waitedMs += 10) await this.#time.pass(10);
    if (left > 0) this.#note('G4: a drain did not end');
    this.#note(...this.#operator.faults());
    for (const stream of this.#streams) this.#note(...stream.faults(this.#config.viewLifeMs));
    if (this.#isKeeping) await this.#keepLog();
    for (const check of this.#checks) this.#note(...(check.ended?.(this.#exchanges, this.#libsql) ?? []));
  }
}
