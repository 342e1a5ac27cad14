import { redisKeys } from '../../control/redis-keys.ts';
import type { Bundle } from '../../models/bundle.ts';
import { globalName, type TargetName } from '../../risk/target.ts';
import { isStricter, type TradingState } from '../../risk/trading-state.ts';
import type { EmbeddedRedis } from '../embedded-redis.ts';
import type { ControlHistory } from './control-history.ts';
import type { Draw } from './draw.ts';
import type { EventQueue } from './event-queue.ts';
import type { Climate, FaultCounts } from './faults.ts';
import type { Isolate } from './isolate.ts';
import { accounts, authorizationOf, haltKey, operatorKeys, revocableKey, type SimulatedKey } from './keys.ts';
import type { LibsqlEndpoint } from './libsql-endpoint.ts';
import type { ModelHistory } from './model-history.ts';
import type { SecretEnd } from './monitor.ts';
import type { DirectHalt } from './operator-machine.ts';
import type { OverrideHistory } from './override-history.ts';
import { standingMsMax } from './platform.ts';
import { targetNames } from './targets.ts';

/** `resume-late`: of an epoch that is over; `halt-directly`: past the service. */
const verbs = ['halt', 'reduce', 'resume', 'resume-late'] as const;
const directShare = 0.1;
/** Of what operators say; the rest is about a target of its own. */
const globalShare = 0.6;

interface OperatorOptions {
  readonly time: EventQueue;
  readonly draw: Draw;
  readonly climate: Climate;
  readonly counts: FaultCounts;
  readonly redis: EmbeddedRedis;
  readonly libsql: LibsqlEndpoint;
  readonly history: ControlHistory;
  readonly living: () => readonly Isolate[];
  readonly models: ModelHistory;
  readonly overrides: OverrideHistory;
  /** Halts past the service; see operator-machine.ts. */
  readonly haltDirectly: (target: TargetName) => Promise<DirectHalt>;
  /** How many people have to agree to a resume. */
  readonly approvalsNeeded: 1 | 2;
  readonly viewLifeMs: number;
}

interface Question {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: object;
  readonly by?: SimulatedKey;
  /** Whom; anybody where it is undefined. */
  readonly of?: Isolate | undefined;
}

interface Ask {
  readonly what: string;
  readonly isolate: Isolate;
  readonly sentAtMs: number;
  isCut: boolean;
  isAnswered: boolean;
}

interface Told {
  readonly status: number;
  readonly body: {
    readonly code?: string;
    readonly intact?: boolean;
    readonly redis?: 'CONFIRMED' | 'PENDING';
    readonly secret?: string;
    readonly override?: { readonly id: string; readonly approvedBy: readonly string[] };
    readonly epoch?: number | null;
    readonly tradingState?: TradingState | null;
    readonly targets?: readonly { readonly target: TargetName }[] | null;
    readonly stores?: Readonly<Record<'redis' | 'database', unknown>>;
  };
}

/** A restriction that somebody was told of. */
interface ToldRestriction {
  readonly epoch: number;
  readonly tradingState: TradingState;
  readonly stores: Readonly<Record<'redis' | 'database', unknown>>;
}

/** Whose word lets trading go; what holds it back is taken blindly. */
const lettingGo: ReadonlySet<string> = new Set(['/v1/control/resume', '/v1/control/overrides']);

const triesMax = 3;
const retryMs = 150;
/** A resume waits for both stores several times over, each time for as long as either may take. */
const deadlineMs = 30_000;
const restoreTriesMax = 100;
const settledMs = 700;

/** A person who halts, reduces, resumes and revokes; what he knows of it is what he was told. */
export class Operator {
  readonly #options: OperatorOptions;
  readonly #asks: Ask[] = [];
  readonly #wrong: string[] = [];
  /** Whose words were given on an epoch and a target. */
  readonly #words = new Map<string, Set<string>>();
  readonly #ends = new Map<string, SecretEnd>();
  #isRestoring = false;
  readonly #beats: { readonly sentAtMs: number; toldAtMs: number }[] = [];
  #nonces = 0;
  readonly #haltsDirectly: Promise<void>[] = [];

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** Says anything about anything to anybody. */
  perform(of?: Isolate): void {
    const { draw } = this.#options;
    const target = draw.chance(globalShare) ? globalName : draw.pick(targetNames);
    if (draw.chance(directShare)) return void this.#haltsDirectly.push(this.#haltDirectly(target));
    const verb = draw.pick(verbs);
    if (verb === 'halt' || verb === 'reduce') void this.restrict(verb, { target, of });
    else void this.resume({ isLate: verb === 'resume-late', of });
  }

  revoke(): void {
    const { time, redis, libsql } = this.#options;
    const nowMs = Math.floor(time.nowMs());
    libsql.execute(`UPDATE api_keys SET revoked_at_ms = ${nowMs} WHERE id = '${revocableKey.id}'`);
    const [seconds, micros] = redis.run(['TIME']) as [string, string];
    const score = String(Number(seconds) * 1_000_000 + Number(micros));
    redis.run(['ZADD', redisKeys.revocations, score, revocableKey.id]);
    this.#endsNow(revocableKey.secret);
  }

  /** When a secret ended, by revocation or rotation; undefined before. */
  endOf(secret: string): SecretEnd | undefined {
    return this.#ends.get(secret);
  }

  /** The same through the service; nothing where no isolate was told. */
  async revokeOver(): Promise<void> {
    const { id, secret } = revocableKey;
    const body = { reason: 'simulated' };
    const { status, body: told } = await this.#ask({ method: 'POST', path: `/v1/keys/${id}/revoke`, body });
    if (status === 200 && told.redis === 'CONFIRMED') this.#endsNow(secret);
  }

  /** Gives a key another secret, which comes back; undefined where it has none. */
  async rotate(
    { id, secret }: SimulatedKey,
    overlapSeconds: number,
    asking: readonly SimulatedKey[] = operatorKeys,
  ): Promise<string | undefined> {
    const body = { reason: 'simulated', overlapSeconds };
    for (const by of asking) {
      const told = await this.#ask({ method: 'POST', path: `/v1/keys/${id}/rotate`, body, by });
      if (told.status !== 200) continue;
      if (told.body.redis === 'CONFIRMED') this.#endsNow(secret, overlapSeconds * 1_000);
      return told.body.secret;
    }
    return undefined;
  }

  #endsNow(secret: string, inMs = 0): void {
    const toldAtMs = this.#options.time.monotonicMs();
    this.#ends.set(secret, { toldAtMs, atMs: toldAtMs + inMs });
  }

  /** Lets trading go, once what is under way has ended, and answers when both stores said so; every fault has to be over. */
  async restore(): Promise<number | undefined> {
    const { time } = this.#options;
    this.#isRestoring = true;
    while (this.#asks.some(isUnderWay)) await time.sleep(20);
    // Until it exits such a machine goes on bringing to both stores what it knows, which Redis may have lost since.
    await Promise.all(this.#haltsDirectly);
    for (let tries = 0; tries < restoreTriesMax; tries++) {
      const sinceMs = time.monotonicMs();
      if (await this.#isActive()) {
        // What an isolate alone knows of a halt it brings back with its next sync.
        await time.sleep(settledMs);
        if (await this.#isActive()) return sinceMs;
      }
      await this.resume();
      await time.sleep(50);
    }
    return undefined;
  }

  /** What the service finds wrong with its log; undefined where nothing is. */
  async verifyLog(): Promise<string | undefined> {
    const { status, body } = await this.#ask({ method: 'GET', path: '/v1/audit/verify' });
    return status === 200 && body.intact === true ? undefined : JSON.stringify(body).slice(0, 300);
  }

  /** What is wrong with when its answers came, and which never did. */
  faults(): readonly string[] {
    const unanswered = this.#asks.filter(isUnderWay);
    return [
      ...this.#wrong,
      ...unanswered.map(
        ({ what, sentAtMs }) => `G6: ${what} of ${sentAtMs.toFixed(1)} ms was never answered`,
      ),
    ];
  }

  /** Never settles when whoever was asked dies, or when the operator goes away. */
  async #ask({ method, path, body, of, by = operatorKeys[0] }: Question): Promise<Told> {
    const { time, draw, living } = this.#options;
    const isolate = of ?? draw.pick(living());
    if (!isolate) return new Promise(() => undefined);
    const sentAtMs = time.monotonicMs();
    const ask: Ask = { what: `${method} ${path}`, isolate, sentAtMs, isCut: false, isAnswered: false };
    this.#asks.push(ask);
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { authorization: authorizationOf(by), 'content-length': String(text.length) };
    const init = { method, headers, ...(body ? { body: text } : {}) };
    const { response, gone } = isolate.serve(new Request(`http://service.sim${path}`, init));
    this.#goAway(ask, gone);
    const given = await response;
    ask.isAnswered = true;
    const tookMs = time.monotonicMs() - sentAtMs - isolate.platform.stalledMs;
    if (tookMs > deadlineMs) this.#wrong.push(`G6: ${ask.what} took ${tookMs.toFixed(0)} ms`);
    if (given.status < 300 && lettingGo.has(path) && this.#hasEnded(by, sentAtMs))
      this.#wrong.push(`${by.id}: ${ask.what} of ${sentAtMs.toFixed(1)} ms was taken after its secret's end`);
    return { status: given.status, body: JSON.parse(await given.text()) };
  }

  /** Whether every isolate has to know by then that the secret is no longer good. */
  #hasEnded({ secret }: SimulatedKey, atMs: number): boolean {
    const { history, viewLifeMs } = this.#options;
    const end = this.#ends.get(secret);
    if (!end || history.redisLostAtMs.some((lostAtMs) => lostAtMs >= end.toldAtMs)) return false;
    return atMs > end.atMs + viewLifeMs + standingMsMax;
  }

  #goAway(ask: Ask, gone: () => void): void {
    const { time, draw, climate, counts } = this.#options;
    if (this.#isRestoring || !draw.chance(climate.clientGone)) return;
    time.after(draw.between(0, 30), () => {
      if (ask.isAnswered) return;
      counts['client gone'] += 1;
      ask.isCut = true;
      gone();
    });
  }

  /** Looks at the trading state, as the isolate tells it. */
  async look(of?: Isolate, by?: SimulatedKey): Promise<Told> {
    return this.#ask({ method: 'GET', path: '/v1/control', of, ...(by ? { by } : {}) });
  }

  /** Ends when a store confirmed it, or after three isolates, or three times the one, that confirmed nothing. */
  async restrict(
    verb: 'halt' | 'reduce',
    {
      of,
      target = globalName,
      by = this.#options.draw.chance(0.2) ? haltKey : operatorKeys[0],
    }: {
      readonly of?: Isolate | undefined;
      readonly target?: TargetName;
      readonly by?: SimulatedKey;
    } = {},
  ): Promise<void> {
    const { time } = this.#options;
    for (let tries = 0; tries < triesMax && !this.#isRestoring; tries++) {
      const begunAtMs = time.monotonicMs();
      const body = { reason: 'simulated', target };
      const told = await this.#ask({ method: 'POST', path: `/v1/control/${verb}`, body, by, of });
      const { epoch, tradingState, stores } = told.body;
      if (told.status === 200 && epoch != null && tradingState != null && stores)
        return this.#toldOf(verb, target, { epoch, tradingState, stores }, begunAtMs);
      await time.sleep(retryMs);
    }
  }

  /** Until the command has exited. */
  async #haltDirectly(target: TargetName): Promise<void> {
    const begunAtMs = this.#options.time.monotonicMs();
    const { outcome, exited } = await this.#options.haltDirectly(target);
    if (outcome.kind === 'restricted')
      this.#toldOf('halt', target, { ...outcome.entry, stores: outcome.stores }, begunAtMs);
    await exited;
  }

  #toldOf(verb: 'halt' | 'reduce', target: TargetName, told: ToldRestriction, begunAtMs: number): void {
    const { time, history } = this.#options;
    const { epoch, tradingState, stores } = told;
    if (isStricter(verb === 'halt' ? 'HALTED' : 'REDUCING', tradingState))
      this.#wrong.push(`G2: a ${verb} of ${target} left it ${tradingState} at epoch ${epoch}`);
    const atMs = time.monotonicMs();
    const takenAtMs = {
      ...(stores.redis === 'CONFIRMED' ? { redis: atMs } : {}),
      ...(stores.database === 'CONFIRMED' ? { libsql: atMs } : {}),
    };
    history.told({ epoch, target, tradingState, begunAtMs, takenAtMs, isOfEither: false });
  }

  /** Lets go something that is held back. `isLate`: of an epoch that is over; `seenAt`: where its epoch was looked up, if elsewhere. */
  async resume({
    isLate = false,
    of,
    seenAt = of,
    by = operatorKeys[0],
  }: {
    readonly isLate?: boolean;
    readonly of?: Isolate | undefined;
    readonly seenAt?: Isolate | undefined;
    readonly by?: SimulatedKey;
  } = {}): Promise<void> {
    const { time, draw, history } = this.#options;
    const { body } = await this.look(seenAt);
    if (body.epoch == null) return;
    const held = (body.targets ?? []).map((setting) => setting.target);
    const target = draw.pick(body.tradingState === 'ACTIVE' ? held : [globalName, ...held]) ?? globalName;
    const endsEpoch = body.epoch - (isLate ? 1 : 0);
    const begunAtMs = time.monotonicMs();
    const asked = history.resumeAsked(target, endsEpoch, begunAtMs);
    const told = await this.#askToResume(target, endsEpoch, of, by);
    const atMs = time.monotonicMs();
    const change = { target, begunAtMs, takenAtMs: { redis: atMs, libsql: atMs } };
    if (told.status === 200)
      history.told({ ...change, epoch: endsEpoch + 1, tradingState: 'ACTIVE', isOfEither: false });
    // Halted again, above the epoch that the resume may have written.
    else if (told.body.code === 'RESUME_UNCONFIRMED')
      history.told({ ...change, epoch: endsEpoch + 2, tradingState: 'HALTED', isOfEither: true });
    else if (told.body.code !== 'HALT_UNCONFIRMED') asked.isRefused = true;
  }

  /** By one person, and where that is not enough by another; now and then the first one tries alone. */
  async #askToResume(
    target: TargetName,
    epoch: number,
    of: Isolate | undefined,
    first: SimulatedKey,
  ): Promise<Told> {
    const { draw, approvalsNeeded } = this.#options;
    const [, second] = operatorKeys;
    const told = await this.#sayResume(first, target, epoch, of);
    if (approvalsNeeded === 1) return told;
    const isEnough = told.status !== 202 && told.body.code !== 'SECOND_PERSON_NEEDED';
    return isEnough ? told : this.#sayResume(draw.chance(0.2) ? first : second, target, epoch, of);
  }

  async #sayResume(
    by: SimulatedKey,
    target: TargetName,
    epoch: number,
    of: Isolate | undefined,
  ): Promise<Told> {
    const ask = `${epoch} ${target}`;
    const words = this.#words.get(ask) ?? new Set();
    this.#words.set(ask, words.add(by.id));
    this.#nonces += 1;
    const nonce = `nonce-${String(this.#nonces).padStart(12, '0')}`;
    const body = { epoch, nonce, reason: 'simulated', target };
    const told = await this.#ask({ method: 'POST', path: '/v1/control/resume', body, by, of });
    if (told.status === 200 && words.size < this.#options.approvalsNeeded)
      this.#wrong.push(`G2: ${by.id} alone resumed ${target} at epoch ${epoch}`);
    return told;
  }

  /** Says that somebody is there. */
  async beat(): Promise<void> {
    const { time } = this.#options;
    const beat = { sentAtMs: time.monotonicMs(), toldAtMs: Infinity };
    this.#beats.push(beat);
    await this.#ask({ method: 'POST', path: '/v1/control/heartbeat' });
    beat.toldAtMs = time.monotonicMs();
  }

  /** Until when the last heartbeat that was sent by then may have arrived. */
  heardUntilMs(atMs: number): number {
    const sent = this.#beats.filter(({ sentAtMs }) => sentAtMs <= atMs);
    return Math.max(0, ...sent.map(({ toldAtMs }) => toldAtMs));
  }

  /** Puts a bundle in force, once. */
  async promote({ hash, version }: Bundle): Promise<void> {
    const { time, models } = this.#options;
    const asked = models.promotionAsked(version, time.monotonicMs());
    const path = '/v1/models/small/aliases/production';
    const body = { bundleHash: hash, reason: 'simulated' };
    const { status } = await this.#ask({ method: 'PUT', path, body });
    if (status === 200) asked.toldAtMs = time.monotonicMs();
    else asked.isRefused = status !== 503;
  }

  /** By two people, for the account of most clients; its id, where they were told one. */
  async approveOverride(
    action: 'BUY' | 'SELL',
    riskMax: number,
    { asking = operatorKeys, of }: { readonly asking?: readonly SimulatedKey[]; readonly of?: Isolate } = {},
  ): Promise<string | undefined> {
    const { time, overrides } = this.#options;
    const path = '/v1/control/overrides';
    const terms = { account: accounts[0], symbol: 'DEMO', action, riskMax, lifeSeconds: 60 };
    const body = { ...terms, reason: 'simulated' };
    for (const by of asking) {
      const { override } = (await this.#ask({ method: 'POST', path, body, by, of })).body;
      if (!override) continue;
      const { id, approvedBy } = override;
      if (new Set(approvedBy).size < 2) this.#wrong.push(`override: ${approvedBy.join()} alone made one`);
      overrides.told({ id, action, riskMax, toldAtMs: time.monotonicMs() });
      return id;
    }
    return undefined;
  }

  async revokeOverride(id: string): Promise<void> {
    const path = `/v1/control/overrides/${id}/revoke`;
    const { status } = await this.#ask({ method: 'POST', path, body: { reason: 'simulated' } });
    if (status === 200) this.#options.overrides.revoked(id, this.#options.time.monotonicMs());
  }

  async #isActive(): Promise<boolean> {
    const { body } = await this.look();
    const isSame = JSON.stringify(body.stores?.redis) === JSON.stringify(body.stores?.database);
    return body.tradingState === 'ACTIVE' && body.targets?.length === 0 && isSame;
  }
}

const isUnderWay = ({ isAnswered, isCut, isolate }: Ask): boolean =>
  !isAnswered && !isCut && !isolate.platform.isDead;
