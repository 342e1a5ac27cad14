import { redisKeys } from '../../control/redis-keys.ts';
import { chain } from './checks/chain.ts';
import { failClosed } from './checks/fail-closed.ts';
import { idempotency } from './checks/idempotency.ts';
import { killSwitch } from './checks/kill-switch.ts';
import { liveness } from './checks/liveness.ts';
import { rateBound } from './checks/rate-bound.ts';
import { records } from './checks/records.ts';
import { revocation } from './checks/revocation.ts';
import { stores } from './checks/stores.ts';
import { Clients, requestOf } from './clients.ts';
import { type ControlHistory, createControlHistory } from './control-history.ts';
import { Draw } from './draw.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import { type Exchange, receive } from './exchange.ts';
import { type Climate, drawClimate, type FaultCounts, noFaults } from './faults.ts';
import { scheduleIncidents } from './incidents.ts';
import { createIsolate, type Isolate } from './isolate.ts';
import { insertKeysSql } from './keys.ts';
import type { LibsqlEndpoint } from './libsql-endpoint.ts';
import type { Check, Truth } from './monitor.ts';
import { createNetwork, type Network, type Reply } from './network.ts';
import { Operator, verbs } from './operator.ts';
import { Platform } from './platform.ts';
import { takeOverPlatform } from './take-over-platform.ts';
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

/** How long the parts of a run last, in virtual milliseconds, and how many requests come a second. */
interface Pace {
  readonly faultyMs: number;
  readonly perSecond: number;
  readonly changesPerSecond: number;
}

const quick: Pace = { faultyMs: 2_800, perSecond: 32, changesPerSecond: 1 };
/** Reaches what begins only after half a minute; see control/view-holder.ts. */
const slow: Pace = { faultyMs: 42_000, perSecond: 1.6, changesPerSecond: 0.05 };
const slowShare = 0.15;

/** Faults are over for so long when the service has to be as it was: two lives of a view since the last call that was lost failed. */
const healingMs = 2_500;
const calmMs = 700;
/** Enough that every isolate is asked a few times. */
const healingPerSecond = 14;
const eventsMin = 1_000;
const drainMs = 30_000;
const leaseMsMax = 16_000;
/** Of the runs, in which the log leaves by the outbox too, the minute's jobs run beside everything else, and seals are proven. */
const keepingShare = 0.2;

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
  readonly #pace: Pace;
  readonly #isKeeping: boolean;
  readonly #time: EventQueue = createEventQueue();
  readonly #counts = noFaults();
  readonly #history: ControlHistory = createControlHistory();
  readonly #libsql: LibsqlEndpoint;
  readonly #network: Network;
  readonly #operator: Operator;
  readonly #clients: Clients;
  readonly #isolates: Isolate[] = [];
  readonly #exchanges: Exchange[] = [];
  readonly #checks: readonly Check[];
  readonly #violations: string[] = [];
  readonly #restore: () => void;
  #isolatesMade = 0;
  #healedAtMs = Infinity;
  #isResting = false;

  constructor(seed: number, world: World) {
    this.#seed = seed;
    this.#world = world;
    this.#draw = new Draw(seed);
    this.#pace = this.#draw.chance(slowShare) ? slow : quick;
    this.#isKeeping = this.#draw.chance(keepingShare);
    this.#climate = drawClimate(this.#draw);
    this.#restore = takeOverPlatform(this.#time);
    world.setRedisClock(this.#time);
    world.redis.run(['FLUSHALL']);
    world.redis.run(['SCRIPT', 'FLUSH']);
    this.#libsql = world.libsql;
    this.#libsql.wipe();
    this.#libsql.execute(insertKeysSql);
    this.#libsql.execute(
      "INSERT INTO control_epochs VALUES (1, 'ACTIVE', 0, 0, 'operator', 'simulated', 'global')",
    );
    const parts = { time: this.#time, draw: this.#draw, libsql: this.#libsql };
    this.#network = createNetwork({
      ...parts,
      climate: this.#climate,
      counts: this.#counts,
      answer: ({ store, body }) => (store === 'redis' ? this.#answerRedis(body) : this.#answerLibsql(body)),
    });
    this.#operator = new Operator({
      ...parts,
      redis: world.redis,
      history: this.#history,
      climate: this.#climate,
      counts: this.#counts,
      living: () => this.#living(),
    });
    this.#clients = new Clients(this.#draw, this.#isKeeping);
    const truth: Truth = {
      history: this.#history,
      revokedAtMs: () => this.#operator.revokedAtMs(),
      viewLifeMs: world.config.viewLifeMs,
    };
    this.#checks = [
      rateBound(truth),
      killSwitch(truth),
      revocation(truth),
      failClosed(),
      idempotency(truth),
      records(truth),
      chain(),
      stores(world.redis),
      liveness((exchange) => exchange.sentAtMs >= this.#healedAtMs + healingMs),
    ];
    const count = this.#draw.integer(3, 5);
    for (let index = 0; index < count; index++) this.#addIsolate();
  }

  async report(): Promise<SimulationReport> {
    this.#arrive();
    this.#operate();
    this.#befall();
    await this.#time.pass(this.#pace.faultyMs);
    await this.#heal();
    await this.#time.pass(this.#healedAtMs + healingMs + calmMs - this.#time.monotonicMs());
    while (this.#events() < eventsMin) await this.#time.pass(100);
    this.#healedAtMs = Infinity;
    const events = this.#events();
    await this.#rest();
    const replies = this.#exchanges.flatMap(({ reply }) => (reply ? [reply] : []));
    return {
      seed: this.#seed,
      events,
      answers: replies.length,
      actionable: replies.filter(({ answer }) => answer?.actionable).length,
      faults: this.#counts,
      violations: this.#violations,
    };
  }

  close(): void {
    this.#restore();
  }

  #answerRedis(body: string): Reply {
    return restReply(this.#world.redis.run(restCommand(body)));
  }

  #answerLibsql(body: string): Reply {
    return { status: 200, text: this.#libsql.answer(body) };
  }

  #addIsolate(): void {
    const { skewMsMax, standingClocks } = this.#climate;
    const skewMs = Math.round(this.#draw.between(-skewMsMax, skewMsMax));
    if (skewMs !== 0) this.#counts['clock skewed'] += 1;
    if (standingClocks) this.#counts['clock stands between I/O'] += 1;
    const platform = new Platform({
      time: this.#time,
      draw: this.#draw,
      network: this.#network,
      skewMs,
      hasStandingClocks: standingClocks,
    });
    const { config, models } = this.#world;
    const id = this.#isolatesMade;
    this.#isolates.push(createIsolate({ id, platform, config, models, time: this.#time }));
    this.#isolatesMade += 1;
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
    if (!this.#isHealed()) return this.#pace.perSecond;
    return this.#time.monotonicMs() < this.#healedAtMs + healingMs ? healingPerSecond : quick.perSecond;
  }

  #ask(): void {
    const isolate = this.#draw.pick(this.#living());
    if (!isolate) return;
    const asked = this.#isHealed() && this.#draw.chance(0.5) ? this.#clients.acting() : this.#clients.next();
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
    void response.then(async (given) => {
      exchange.reply = await receive(given, this.#time.monotonicMs());
      for (const check of this.#checks) this.#note(check.replied(exchange));
    });
    if (!this.#isHealed() && this.#draw.chance(this.#climate.clientGone)) {
      this.#time.after(this.#draw.between(0, 30), () => {
        if (exchange.reply) return;
        this.#counts['client gone'] += 1;
        exchange.isCut = true;
        gone();
      });
    }
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

  #operate(): void {
    if (this.#isKeeping) this.#tick();
    const { faultyMs, changesPerSecond } = this.#pace;
    if (this.#draw.chance(0.3))
      this.#time.after(this.#draw.between(0, faultyMs), () => this.#operator.revoke());
    const again = () =>
      this.#time.after(
        this.#draw.gapMs(changesPerSecond),
        () => {
          this.#operator.perform(this.#draw.pick(verbs));
          again();
        },
        () => this.#time.monotonicMs() >= faultyMs,
      );
    again();
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
      replace: (isolate) => {
        isolate.platform.isDead = true;
        this.#addIsolate();
      },
    });
  }

  async #heal(): Promise<void> {
    this.#network.heal();
    // A halt that was under way for long holds trading back when it arrives, whatever was said since.
    await this.#time.pass(Math.max(0, this.#network.arrivedByMs() - this.#time.monotonicMs()));
    const activeSinceMs = await this.#time.until(this.#operator.restore());
    if (activeSinceMs === undefined) this.#note('liveness: the operator could not resume');
    this.#healedAtMs = activeSinceMs ?? this.#time.monotonicMs();
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
    for (let waitedMs = 0; left > 0 && waitedMs < drainMs; waitedMs += 50) await this.#time.pass(50);
    if (left > 0) this.#note('G4: a drain did not end');
    this.#note(...this.#operator.faults());
    if (this.#isKeeping) await this.#keepLog();
    for (const check of this.#checks) this.#note(...(check.ended?.(this.#exchanges, this.#libsql) ?? []));
  }
}
