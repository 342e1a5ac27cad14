import type { EntryFacts } from '../audit/audit-entry.ts';
import type { Trace } from '../audit/trace.ts';
import type { Clock, Timers } from '../core/clock.ts';
import type { Result } from '../core/result.ts';
import { globalName, nameOf, type Target, type TargetName } from '../risk/target.ts';
import type { RequestScope } from '../runtime.ts';
import type { Control } from './control.ts';
import { entryOf, freshState, isForgotten, withEntry } from './control-state.ts';
import type { Change, DurableControl } from './durable-control.ts';
import type { Levelling } from './levelling.ts';
import type { RestrictAsk, SharedControl } from './sync.ts';
import type { ControlState, TargetState } from './view.ts';
import { durableAgeMsMax } from './view-holder.ts';

type Restricted = RestrictAsk['tradingState'];

/** Who halts, and what they saw: the same facts as the audit trail keeps. */
export type Evidence = Pick<EntryFacts, 'actor' | 'reason' | 'clientAddress'>;

/** PENDING: not confirmed yet; it may have arrived, and is tried again behind the answer. */
export type Acknowledgement = 'CONFIRMED' | 'PENDING';

export type Restriction =
  | {
      readonly kind: 'restricted';
      /** What the target is now: at least what was asked for. */
      readonly entry: TargetState;
      /** Wall clock, epoch milliseconds, from which on every isolate obeys. */
      readonly effectiveByMs: number;
      readonly stores: { readonly redis: Acknowledgement; readonly database: Acknowledgement };
    }
  /** Nothing was done: so many targets are held back, or were of late, that no other may be named. The whole always may. */
  | { readonly kind: 'full' }
  /** No store confirmed it. It may have arrived; to be tried again, or past the service. */
  | {
      readonly kind: 'unconfirmed';
      readonly detail: string;
      /** Redis has it at this epoch, which libSQL may be above; null where that is not known either. */
      readonly redisEpoch: number | null;
    };

/** The only way in which trading is held back, by people and by code. Asks nobody and waits for nothing but a store. */
export interface Restrict {
  /** Nothing of a decision leaves for the target any more. */
  halt(target: Target, evidence: Evidence, scope: RequestScope): Promise<Restriction>;
  /** Only what reduces or closes a position leaves for the target. Leaves a halt as it is. */
  reduce(target: Target, evidence: Evidence, scope: RequestScope): Promise<Restriction>;
}

interface RestrictOptions {
  readonly control: Pick<Control, 'highest' | 'learn'>;
  readonly shared: Pick<SharedControl, 'restrict'>;
  readonly durable: Pick<DurableControl, 'restrict'>;
  readonly levelling: Pick<Levelling, 'untilLevel'>;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly viewLifeMs: number;
}

interface Attempt {
  outcome: Result<TargetState, string> | undefined;
  /** What Redis confirmed at an epoch that libSQL may be above, where it confirmed no other. */
  readonly unanchored?: TargetState;
}

interface Attempts {
  readonly redis: Attempt;
  readonly database: Attempt;
}

/** Every sync carries their names. */
const targetsMax = 512;

/** How long an answer waits for the slower store once the other one confirmed. */
const slowerMsMax = 250;

/**
 * Writes to both stores at once, and answers when one has confirmed and the other has or has had its moment. What stands
 * in one store alone is in force by the merge of both (control/control-state.ts), and is brought to the other behind
 * the answer. Its epoch is above that of every resume that came before it, whatever was lost and whatever isolates' clocks say:
 *
 * | libSQL    | Redis     | epoch                                   | above a resume of before, since                          |
 * |-----------|-----------|-----------------------------------------|----------------------------------------------------------|
 * | confirmed | any       | one above all that libSQL knows         | a resume is in libSQL first, which loses nothing         |
 * | no answer | confirmed | Redis' clock, in microseconds, at least | epochs are raised one by one from an earlier time of that clock, and no word takes less than a microsecond |
 * | no answer | no answer | unknown: `unconfirmed`                  |                                                          |
 *
 * So what is relied on is that a Redis which takes over has no clock that is further behind than the time since the last resume.
 */
export function createRestrict(options: RestrictOptions): Restrict {
  const { control, shared, durable, levelling, trace, clock, timers, viewLifeMs } = options;

  async function write(ask: RestrictAsk, change: Change, scope: RequestScope): Promise<Attempts> {
    const redis: Attempt = { outcome: undefined };
    const database: Attempt = { outcome: undefined };
    const settled = new AbortController();
    const works = [
      noting(redis, shared.restrict(ask, 'next')),
      noting(database, durable.restrict(ask, change)),
    ];
    const both = Promise.allSettled(works).then(() => undefined);
    scope.waitUntil(both);
    const one = Promise.any(works).then(() => timers.sleep(slowerMsMax, settled.signal));
    await Promise.race([both, one.catch(() => both)]);
    settled.abort();
    return { redis, database };
  }

  /**
   * What Redis alone confirmed stands above what Redis and this isolate knew, and a resume may be above that: Redis may have been wiped or
   * rolled back, and the isolate may have slept. So it is written again by Redis' clock. Tried twice, since it may be repeated;
   * without it nobody knows whether the halt is in force, and it is no confirmed one.
   */
  async function anchored(ask: RestrictAsk, { redis, database }: Attempts): Promise<Attempts> {
    if (database.outcome?.ok || !redis.outcome?.ok) return { redis, database };
    const first = await shared.restrict(ask, 'clock');
    const outcome = first.ok ? first : await shared.restrict(ask, 'clock');
    return { redis: outcome.ok ? { outcome } : { outcome, unanchored: redis.outcome.value }, database };
  }

  async function restrict(
    target: TargetName,
    atLeast: Restricted,
    evidence: Evidence,
    scope: RequestScope,
  ): Promise<Restriction> {
    const known = control.highest();
    if (known && isFull(known, target)) return { kind: 'full' };
    const change = { by: nameOfActor(evidence.actor), reason: evidence.reason, atMs: clock.nowMs() };
    const ask = { known, target, tradingState: atLeast };
    const { redis, database } = await anchored(ask, await write(ask, change, scope));
    const confirmed = [redis, database].flatMap(({ outcome }) => (outcome?.ok ? [outcome.value] : []));
    for (const entry of [...confirmed, ...(redis.unanchored ? [redis.unanchored] : [])])
      control.learn(withEntry(known ?? freshState, entry));
    const [first, second] = confirmed;
    if (!second) scope.waitUntil(levelling.untilLevel(change));
    const before = known ? entryOf(known, target) : null;
    const after = { redis: entryIn(redis), database: entryIn(database) };
    trace.leave({ ...evidence, verb: verbs[atLeast], target, before, after }, scope);
    if (!first) {
      const detail = [redis, database].map(failureOf).join('; ');
      return { kind: 'unconfirmed', detail, redisEpoch: redis.unanchored?.epoch ?? null };
    }
    // One store knew of a halt that the other did not, and the other's epoch may be the higher one.
    if (second && first.tradingState !== second.tradingState)
      return restrict(target, 'HALTED', evidence, scope);
    return {
      kind: 'restricted',
      entry: second && second.epoch > first.epoch ? second : first,
      effectiveByMs: clock.nowMs() + viewLifeMs + (redis.outcome?.ok ? 0 : durableAgeMsMax),
      stores: { redis: acknowledgementOf(redis), database: acknowledgementOf(database) },
    };
  }

  return {
    halt: (target, evidence, scope) => restrict(nameOf(target), 'HALTED', evidence, scope),
    reduce: (target, evidence, scope) => restrict(nameOf(target), 'REDUCING', evidence, scope),
  };
}

/** Keeps the outcome where the answer looks for it; rejects where it is none that confirms. */
async function noting(attempt: Attempt, work: Promise<Result<TargetState, string>>): Promise<void> {
  attempt.outcome = await work;
  if (!attempt.outcome.ok) throw new Error(attempt.outcome.error);
}

function isFull(known: ControlState, target: TargetName): boolean {
  if (target === globalName || known.targets.length < targetsMax) return false;
  const remembered = known.targets.filter((entry) => !isForgotten(entry, known));
  return remembered.length >= targetsMax && !remembered.some((entry) => entry.target === target);
}

const verbs = { HALTED: 'halt', REDUCING: 'reduce' } as const;

const nameOfActor = (actor: Evidence['actor']): string => (actor.kind === 'key' ? actor.keyId : actor.name);

const entryIn = ({ outcome, unanchored }: Attempt): TargetState | null =>
  outcome?.ok ? outcome.value : (unanchored ?? null);

const acknowledgementOf = ({ outcome }: Attempt): Acknowledgement => (outcome?.ok ? 'CONFIRMED' : 'PENDING');

const failureOf = ({ outcome }: Attempt): string =>
  outcome && !outcome.ok ? outcome.error : 'no answer yet';
