import { breakerSettings } from '../../../control/breakers/breaker-settings.ts';
import { redisKeys } from '../../../control/redis-keys.ts';
import type { EmbeddedRedis } from '../../embedded-redis.ts';
import { virtualEpochMs } from '../event-queue.ts';
import { decidedIn, type Exchange } from '../exchange.ts';
import type { Isolate } from '../isolate.ts';
import type { Check } from '../monitor.ts';

/** What the fleet holds of the decision's breaker, as Redis has it. */
interface Held {
  readonly state: string;
  readonly generation: number;
  readonly openedAtMs: number;
  readonly untilMs: number;
}

interface BreakersOptions {
  readonly redis: EmbeddedRedis;
  readonly nowMs: () => number;
  readonly viewLifeMs: number;
}

export interface BreakersCheck extends Check {
  /** A command that an isolate sent to Redis was answered. */
  sent(command: readonly string[]): void;
  /** The model in production is about to run. */
  ran(): void;
}

const { probes: probesNeeded, probeLeaseMs, failures: failuresMax } = breakerSettings.decision;
/** Requests of one turn fail together. */
const togetherMax = 3;
/** Syncs that are kept, to arrive once more when what they report is long past. */
const keptMax = 4;

/**
 * G3, of the decision's breaker: a model that fails is left alone after as many failures as its isolate counts; once the
 * fleet had a view's life to hear of it nobody runs it before it may be probed, then no more run it within a lease than are
 * needed, and none else before as many have gone well. What was reported of a state of before changes nothing, should it arrive once more.
 */
export function breakers({ redis, nowMs, viewLifeMs }: BreakersOptions): BreakersCheck {
  const wrong: string[] = [];
  const failures = new Map<Isolate, number>();
  const kept: (readonly string[])[] = [];
  let generation = 0;
  let probes = 0;

  function held(): Held | undefined {
    const field = redis.run(['HGET', redisKeys.breakers, 'decision']);
    const [state = '', began = '', untilUs = ''] = typeof field === 'string' ? field.split(' ') : [];
    if (state === '') return undefined;
    const atMs = (micros: string): number => Number(micros) / 1_000 - virtualEpochMs;
    return { state, generation: Number(began), openedAtMs: atMs(began), untilMs: atMs(untilUs) };
  }

  /** Each sync once more that reported what is over now. */
  function repeatStale(): void {
    const field = () => String(redis.run(['HGET', redisKeys.breakers, 'decision']));
    const before = field();
    for (const command of kept.splice(0)) redis.run(command);
    if (field() !== before) wrong.push(`G3: stale reports made '${field()}' of '${before}'`);
  }

  function ran(): void {
    const now = held();
    if (now?.state === 'closed') {
      if (generation !== 0 && probes < probesNeeded) wrong.push(`G3: closed after ${probes} probes`);
      if (generation !== 0) repeatStale();
      generation = 0;
      return;
    }
    if (now?.state !== 'open' || nowMs() < now.openedAtMs + viewLifeMs) return;
    if (now.generation !== generation) probes = 0;
    generation = now.generation;
    probes += 1;
    if (nowMs() < now.untilMs) wrong.push(`G3: it ran ${(now.untilMs - nowMs()).toFixed(0)} ms too early`);
    // What was not reported within its lease is not counted, and somebody else may probe instead.
    const leasesMax = 1 + Math.floor((nowMs() - now.untilMs) / probeLeaseMs);
    if (probes > probesNeeded * leasesMax) wrong.push(`G3: ${probes} probes of one generation`);
  }

  function countFailure(exchange: Exchange): string | undefined {
    const { isolate } = exchange;
    const hasFailed = decidedIn(exchange).some(({ answer }) =>
      answer.reasons.some(({ code }) => code === 'MODEL_FAILED'),
    );
    if (!hasFailed) return undefined;
    const count = (failures.get(isolate) ?? 0) + 1;
    failures.set(isolate, count);
    return count > failuresMax + togetherMax + probesNeeded
      ? `G3: isolate ${isolate.id} ran a model ${count} times that fails`
      : undefined;
  }

  return {
    ran,
    replied: countFailure,
    sent(command) {
      if (kept.length < keptMax && command.some(isReportOfDecision)) kept.push(command);
    },
    ended: () => wrong,
  };
}

const isReportOfDecision = (argument: string): boolean => /^(open|probe|failed) decision \d/.test(argument);
