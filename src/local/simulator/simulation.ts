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
import { Clients } from './clients.ts';
import { type ControlHistory, createControlHistory } from './control-history.ts';
import { Draw } from './draw.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import { actionableIn } from './exchange.ts';
import { type Climate, drawClimate, drawFairClimate, type FaultCounts, noFaults } from './faults.ts';
import { Fleet } from './fleet.ts';
import { type IncidentOptions, scheduleIncidents } from './incidents.ts';
import { insertKeysSql } from './keys.ts';
import type { LibsqlEndpoint } from './libsql-endpoint.ts';
import { createMarketSource, type MarketSource } from './market-source.ts';
import { createModelHistory, type ModelHistory } from './model-history.ts';
import type { Check, Truth } from './monitor.ts';
import { createNetwork, type Network, type Reply } from './network.ts';
import { scheduleOperations } from './operations.ts';
import { Operator } from './operator.ts';
import { haltDirectly } from './operator-machine.ts';
import { createOverrideHistory } from './override-history.ts';
import { drawScenario, scenarios } from './scenarios/scenarios.ts';
import type { Pace, Scenario } from './scenarios/stage.ts';
import { actionBy, bundleNames } from './small-model.ts';
import { takeOverPlatform } from './take-over-platform.ts';
import { Traffic } from './traffic.ts';
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
  readonly #parts: Pick<IncidentOptions, 'time' | 'draw' | 'climate' | 'counts'>;
  readonly #libsql: LibsqlEndpoint;
  readonly #network: Network;
  readonly #market: MarketSource;
  readonly #operator: Operator;
  readonly #clients: Clients;
  readonly #fleet: Fleet;
  readonly #traffic: Traffic;
  readonly #checks: readonly Check[];
  #breakers: BreakersCheck | undefined;
  readonly #violations: string[] = [];
  readonly #restore: () => void;
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
    this.#climate = this.#scenario ? this.#fairClimate(this.#scenario) : drawClimate(this.#draw);
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
    this.#parts = { time: this.#time, draw: this.#draw, climate: this.#climate, counts: this.#counts };
    this.#network = createNetwork({
      ...this.#parts,
      answer: ({ store, body }) => (store === 'redis' ? this.#answerRedis(body) : this.#libsql.answer(body)),
    });
    this.#market = createMarketSource(this.#time, this.#draw);
    this.#fleet = new Fleet({
      ...this.#parts,
      network: this.#network,
      market: this.#market,
      config: this.#config,
      models: world.models,
    });
    this.#operator = new Operator({
      ...this.#parts,
      libsql: this.#libsql,
      redis: world.redis,
      history: this.#history,
      living: () => this.#fleet.living(),
      models: this.#models,
      overrides: this.#overrides,
      haltDirectly: (target) => haltDirectly(target, this.#config, this.#fleet.createPlatform()),
      approvalsNeeded: this.#config.resumeApprovals,
      viewLifeMs: this.#config.viewLifeMs,
    });
    this.#clients = new Clients(this.#draw, this.#isKeeping);
    this.#traffic = new Traffic({
      ...this.#parts,
      history: this.#history,
      windowBars: world.releases.shipped.bundle.manifest.features.windowBars,
      onReply: (exchange) => {
        for (const check of this.#checks) this.#note(check.replied(exchange));
      },
    });
    this.#checks = this.#createChecks();
    const count = this.#draw.integer(3, 5);
    for (let index = 0; index < count; index++) this.#fleet.add();
  }

  #drawConfig(): Config {
    const { config, configOfTwo, configUnderHeartbeat } = this.#world;
    const isOfTwo = this.#draw.chance(twoPeopleShare);
    if (this.#scenario?.isUnderHeartbeat) return configUnderHeartbeat;
    return isOfTwo ? configOfTwo : config;
  }

  #fairClimate({ isOnMachines }: Scenario): Climate {
    const climate = drawFairClimate(this.#draw);
    return isOnMachines ? { ...climate, standingClocks: false } : climate;
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
      marketData(this.#market, () => this.#fleet.made()),
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
    const exchanges = this.#traffic.exchanges();
    const replies = exchanges.flatMap(({ reply }) => (reply ? [reply] : []));
    return {
      seed: this.#seed,
      events,
      answers: replies.length,
      actionable: exchanges.filter((exchange) => actionableIn(exchange).length > 0).length,
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
    const isolate = this.#draw.pick(this.#fleet.living());
    if (!isolate) return;
    const isHealed = this.#isHealed();
    const asked = isHealed && this.#draw.chance(0.5) ? this.#clients.acting() : this.#clients.next();
    const isGoing = !isHealed && this.#draw.chance(this.#climate.clientGone);
    void this.#traffic.send(asked, isolate, isGoing ? this.#draw.between(0, 30) : undefined);
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
    return this.#time.eventCount() - this.#fleet.polls();
  }

  #direct(scenario: Scenario): void {
    scenario.play({
      ...this.#parts,
      operator: this.#operator,
      clients: this.#clients,
      redis: this.#world.redis,
      market: this.#market,
      isolates: this.#fleet.living(),
      living: () => this.#fleet.living(),
      endsAtMs: scenario.faultyMs,
      isOver: () => this.#isResting,
      rollBackRedis: (snapshot) => {
        this.#world.redis.restore(snapshot);
        this.#history.redisLost(this.#time.monotonicMs());
        this.#counts['redis rolled back'] += 1;
      },
      openStream: (isolate) => this.#traffic.openStream(isolate),
      kill: (isolate) => this.#fleet.replace(isolate),
      replaceModel: () => this.#replaceModel(),
      promote: (name) => this.#operator.promote(this.#world.releases[name].bundle),
      failModel: (failure) => {
        if (failure) this.#models.failed();
        this.#modelFailure = failure;
      },
      send: (asked, isolate, goneInMs) => this.#traffic.send(asked, isolate, goneInMs),
    });
  }

  #leaveToChance(): void {
    this.#arrive();
    scheduleOperations({
      ...this.#parts,
      pace: this.#pace,
      operator: this.#operator,
      living: () => this.#fleet.living(),
      isKeeping: this.#isKeeping,
      replaceModel: this.#isReplacing ? () => this.#replaceModel() : undefined,
    });
    this.#befall();
  }

  #replaceModel(): void {
    const { shipped, opposite } = this.#world.releases;
    void this.#operator.promote(this.#draw.pick([shipped, opposite] as const).bundle);
  }

  #befall(): void {
    scheduleIncidents({
      ...this.#parts,
      redis: this.#world.redis,
      history: this.#history,
      endsAtMs: this.#pace.faultyMs,
      living: () => this.#fleet.living(),
      replace: (isolate) => this.#fleet.replace(isolate),
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
    const [keeper] = this.#fleet.living();
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
    const drains = this.#fleet.living().map((isolate) => isolate.drain().then(() => undefined, String));
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
    for (const stream of this.#traffic.streams()) this.#note(...stream.faults(this.#config.viewLifeMs));
    if (this.#isKeeping) await this.#keepLog();
    for (const check of this.#checks)
      this.#note(...(check.ended?.(this.#traffic.exchanges(), this.#libsql) ?? []));
  }
}
