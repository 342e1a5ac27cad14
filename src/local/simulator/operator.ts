import { redisKeys } from '../../control/redis-keys.ts';
import type { EmbeddedRedis } from '../embedded-redis.ts';
import type { ControlHistory } from './control-history.ts';
import type { Draw } from './draw.ts';
import type { EventQueue } from './event-queue.ts';
import type { Climate, FaultCounts } from './faults.ts';
import type { Isolate } from './isolate.ts';
import { authorizationOf, operatorKey, revocableKey } from './keys.ts';
import type { LibsqlEndpoint } from './libsql-endpoint.ts';

/** `resume-late`: of an epoch that is over. */
export const verbs = ['halt', 'reduce', 'resume', 'resume-late'] as const;
type Verb = (typeof verbs)[number];

interface OperatorOptions {
  readonly time: EventQueue;
  readonly draw: Draw;
  readonly climate: Climate;
  readonly counts: FaultCounts;
  readonly redis: EmbeddedRedis;
  readonly libsql: LibsqlEndpoint;
  readonly history: ControlHistory;
  readonly living: () => readonly Isolate[];
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
    readonly epoch?: number | null;
    readonly tradingState?: 'ACTIVE' | 'REDUCING' | 'HALTED' | null;
    readonly stores?: Readonly<Record<'redis' | 'database', unknown>>;
  };
}

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
  readonly #late: string[] = [];
  #revokedAtMs: number | undefined;
  #isRestoring = false;
  #nonces = 0;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** Asks an isolate for it, and another one where no store confirmed a restriction. What came of it the answer says. */
  perform(verb: Verb): void {
    void (verb === 'halt' || verb === 'reduce' ? this.#restrict(verb) : this.#resume(verb === 'resume-late'));
  }

  revoke(): void {
    const { time, redis, libsql } = this.#options;
    const nowMs = Math.floor(time.nowMs());
    libsql.execute(`UPDATE api_keys SET revoked_at_ms = ${nowMs} WHERE id = '${revocableKey.id}'`);
    const [seconds, micros] = redis.run(['TIME']) as [string, string];
    const score = String(Number(seconds) * 1_000_000 + Number(micros));
    redis.run(['ZADD', redisKeys.revocations, score, revocableKey.id]);
    this.#revokedAtMs = time.monotonicMs();
  }

  /** When both stores took the revocation; undefined before. */
  revokedAtMs(): number | undefined {
    return this.#revokedAtMs;
  }

  /** Lets trading go, once what is under way has ended, and answers when both stores said so; every fault has to be over. */
  async restore(): Promise<number | undefined> {
    const { time } = this.#options;
    this.#isRestoring = true;
    while (this.#asks.some(isUnderWay)) await time.sleep(20);
    for (let tries = 0; tries < restoreTriesMax; tries++) {
      const sinceMs = time.monotonicMs();
      if (await this.#isActive()) {
        // What an isolate alone knows of a halt it brings back with its next sync.
        await time.sleep(settledMs);
        if (await this.#isActive()) return sinceMs;
      }
      await this.#resume(false);
      await time.sleep(50);
    }
    return undefined;
  }

  /** What the service finds wrong with its log; undefined where nothing is. */
  async verifyLog(): Promise<string | undefined> {
    const { status, body } = await this.#ask('GET', '/v1/audit/verify');
    return status === 200 && body.intact === true ? undefined : JSON.stringify(body).slice(0, 300);
  }

  /** What is wrong with when its answers came, and which never did. */
  faults(): readonly string[] {
    const unanswered = this.#asks.filter(isUnderWay);
    return [
      ...this.#late,
      ...unanswered.map(
        ({ what, sentAtMs }) => `G6: ${what} of ${sentAtMs.toFixed(1)} ms was never answered`,
      ),
    ];
  }

  /** Never settles when whoever was asked dies, or when the operator goes away. */
  async #ask(method: string, path: string, body?: object): Promise<Told> {
    const { time, draw, living } = this.#options;
    const isolate = draw.pick(living());
    if (!isolate) return new Promise(() => undefined);
    const sentAtMs = time.monotonicMs();
    const ask: Ask = { what: `${method} ${path}`, isolate, sentAtMs, isCut: false, isAnswered: false };
    this.#asks.push(ask);
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { authorization: authorizationOf(operatorKey), 'content-length': String(text.length) };
    const init = { method, headers, ...(body ? { body: text } : {}) };
    const { response, gone } = isolate.serve(new Request(`http://service.sim${path}`, init));
    this.#goAway(ask, gone);
    const given = await response;
    ask.isAnswered = true;
    const tookMs = time.monotonicMs() - sentAtMs - isolate.platform.stalledMs;
    if (tookMs > deadlineMs) this.#late.push(`G6: ${ask.what} took ${tookMs.toFixed(0)} ms`);
    return { status: given.status, body: JSON.parse(await given.text()) };
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

  async #restrict(verb: 'halt' | 'reduce'): Promise<void> {
    const { time, history } = this.#options;
    for (let tries = 0; tries < triesMax && !this.#isRestoring; tries++) {
      const begunAtMs = time.monotonicMs();
      const { status, body } = await this.#ask('POST', `/v1/control/${verb}`, { reason: 'simulated' });
      const { epoch, tradingState, stores } = body;
      if (status === 200 && epoch != null && tradingState != null) {
        const atMs = time.monotonicMs();
        const takenAtMs = {
          ...(stores?.redis === 'CONFIRMED' ? { redis: atMs } : {}),
          ...(stores?.database === 'CONFIRMED' ? { libsql: atMs } : {}),
        };
        return history.told({ epoch, tradingState, begunAtMs, takenAtMs, isOfEither: false });
      }
      await time.sleep(retryMs);
    }
  }

  async #resume(isLate: boolean): Promise<void> {
    const { time, history } = this.#options;
    const read = await this.#ask('GET', '/v1/control');
    if (read.body.epoch == null) return;
    const begunAtMs = time.monotonicMs();
    const endsEpoch = read.body.epoch - (isLate ? 1 : 0);
    const asked = history.resumeAsked(endsEpoch, begunAtMs);
    this.#nonces += 1;
    const nonce = `nonce-${String(this.#nonces).padStart(12, '0')}`;
    const ask = { epoch: endsEpoch, nonce, reason: 'simulated' };
    const { status, body } = await this.#ask('POST', '/v1/control/resume', ask);
    const nowMs = time.monotonicMs();
    const told = { begunAtMs, takenAtMs: { redis: nowMs, libsql: nowMs } };
    if (status === 200)
      history.told({ ...told, epoch: endsEpoch + 1, tradingState: 'ACTIVE', isOfEither: false });
    // Halted again, above the epoch that the resume may have written.
    else if (body.code === 'RESUME_UNCONFIRMED')
      history.told({ ...told, epoch: endsEpoch + 2, tradingState: 'HALTED', isOfEither: true });
    else if (body.code !== 'HALT_UNCONFIRMED') asked.isRefused = true;
  }

  async #isActive(): Promise<boolean> {
    const { body } = await this.#ask('GET', '/v1/control');
    const isSame = JSON.stringify(body.stores?.redis) === JSON.stringify(body.stores?.database);
    return body.tradingState === 'ACTIVE' && isSame;
  }
}

const isUnderWay = ({ isAnswered, isCut, isolate }: Ask): boolean =>
  !isAnswered && !isCut && !isolate.platform.isDead;
