import type { Redis } from '@upstash/redis';
import type { Actor, EntryFacts } from '../../audit/audit-entry.ts';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { RequestScope } from '../../runtime.ts';
import { createRedisScript } from '../../store/redis-script.ts';
import { operateBreakerScript } from '../lua/operate-breaker.ts';
import { redisKeys } from '../redis-keys.ts';
import type { SharedBreaker } from './breaker.ts';
import { type BreakerName, breakerNames } from './breaker-settings.ts';
import { type BreakerNews, decodeNews } from './breaker-wire.ts';

export type SharedBreakers = Readonly<Record<BreakerName, SharedBreaker>>;

/** Who acts, why, and from where: what the audit entry says beside what changed. */
export interface Evidence {
  readonly actor: Actor;
  readonly reason: string;
}

export type OperateOutcome =
  /** `isRecorded`: the audit entry is written; a trip does not wait for it, and tries again behind the answer. */
  | { readonly kind: 'done'; readonly breaker: SharedBreaker; readonly isRecorded: boolean }
  /** Redis did not answer: nothing is known of the outcome. */
  | { readonly kind: 'unavailable'; readonly detail: string }
  /** A reset is not done unless its entry is written first. */
  | { readonly kind: 'not-recorded'; readonly detail: string };

export interface BreakerOperator {
  /** What the fleet holds of every breaker at this moment. */
  read(): Promise<Result<SharedBreakers, string>>;
  /** Opens a breaker until it is reset: in force in an isolate with its next sync, within a view's life. */
  trip(name: BreakerName, evidence: Evidence, scope: RequestScope): Promise<OperateOutcome>;
  /** Closes it, whatever opened it, and lets every isolate count anew. */
  reset(name: BreakerName, evidence: Evidence, scope: RequestScope): Promise<OperateOutcome>;
}

interface OperatorOptions {
  readonly redis: Redis;
  readonly trail: AuditTrail;
}

/** How often an entry that could not be written is tried again behind the answer; each within the database's deadline. */
const retries = 3;

/**
 * The operator's verbs on breakers. What makes the service safer, a trip, waits for nothing but Redis; what lets it trade
 * again, a reset, leaves its entry before it is done.
 */
export function createBreakerOperator({ redis, trail }: OperatorOptions): BreakerOperator {
  const script = createRedisScript(redis, operateBreakerScript);

  async function run(verb: 'read' | 'trip' | 'reset', name: string): Promise<Result<Change, string>> {
    const reply = await script.run([redisKeys.control, redisKeys.breakers], [verb, name]);
    if (!reply.ok) return reply;
    const before = decodeNews(reply.value.get('before') ?? '', '');
    const after = decodeNews(reply.value.get('after') ?? '', '');
    return before && after
      ? ok({ before: allOf(before), after: allOf(after) })
      : err('the breaker script gave a malformed reply');
  }

  const factsOf = (
    verb: 'trip' | 'reset',
    name: BreakerName,
    { actor, reason }: Evidence,
    { clientAddress }: RequestScope,
    [before, after]: readonly [SharedBreaker, string],
  ): EntryFacts => ({
    actor,
    verb,
    target: `breaker:${name}`,
    reason,
    clientAddress,
    before: { state: before.state, generation: before.generation },
    after: { state: after },
  });

  return {
    async read() {
      const change = await run('read', '');
      return change.ok ? ok(change.value.after) : change;
    },
    async trip(name, evidence, scope) {
      const change = await run('trip', name);
      if (!change.ok) return { kind: 'unavailable', detail: change.error };
      const { before, after } = change.value;
      const entry = trail.seal(factsOf('trip', name, evidence, scope, [before[name], 'tripped']));
      const commit = async () => (await trail.commit(entry, [])).ok;
      const isRecorded = await commit();
      if (!isRecorded) scope.waitUntil(untilTrue(commit));
      return { kind: 'done', breaker: after[name], isRecorded };
    },
    async reset(name, evidence, scope) {
      const found = await run('read', '');
      if (!found.ok) return { kind: 'unavailable', detail: found.error };
      const facts = factsOf('reset', name, evidence, scope, [found.value.after[name], 'closed']);
      const recorded = await trail.commit(trail.seal(facts), []);
      if (!recorded.ok) return { kind: 'not-recorded', detail: recorded.error.detail };
      const change = await run('reset', name);
      if (!change.ok) return { kind: 'unavailable', detail: change.error };
      return { kind: 'done', breaker: change.value.after[name], isRecorded: true };
    },
  };
}

interface Change {
  readonly before: SharedBreakers;
  readonly after: SharedBreakers;
}

const allOf = ({ shared }: BreakerNews): SharedBreakers => {
  const closed: SharedBreaker = { state: 'closed', generation: 0 };
  const entries = breakerNames.map((name) => [name, shared.get(name) ?? closed] as const);
  return Object.fromEntries(entries) as SharedBreakers;
};

async function untilTrue(attempt: () => Promise<boolean>): Promise<void> {
  for (let tried = 0; tried < retries; tried++) if (await attempt()) return;
}
