import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuditTrail } from '../../audit/audit-trail.ts';
import { createChain } from '../../audit/chain.ts';
import { createTrace } from '../../audit/trace.ts';
import { createWriter } from '../../audit/writer.ts';
import { mergeControlStates } from '../../control/control-state.ts';
import { createDurableControl } from '../../control/durable-control.ts';
import { createLevelling, type StoreReadings } from '../../control/levelling.ts';
import { createOutbox } from '../../control/outbox.ts';
import { createRestrict } from '../../control/restrict.ts';
import { createSharedControl } from '../../control/sync.ts';
import type { ControlState } from '../../control/view.ts';
import type { Timers } from '../../core/clock.ts';
import { createIdSource } from '../../core/ids.ts';
import type { Target } from '../../risk/target.ts';
import { openDatabase } from '../../store/database.ts';
import { createRedis } from '../../store/redis.ts';
import { type Stores, storesHere } from './stores-here.ts';
import { restrictionLine } from './tell-reply.ts';

const deadlineMs = 2_000;
/** The most that a deployment may set. */
const viewLifeMs = 1_000;
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
const timers: Timers = {
  sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }).catch(() => undefined),
};
const noBreakers = { ask: () => ({ revision: 0, askedAtMs: 0, reports: [] }), learn: () => undefined };

/** The kill switch past the service: both stores by the same means as the service itself. Either is enough. */
export async function directHalt(target: Target, reason: string, asJson: boolean): Promise<number> {
  const behind: Promise<void>[] = [];
  const { restrict } = await haltOver(storesHere());
  const scope = { waitUntil: (work: Promise<void>) => void behind.push(work), clientAddress: '' };
  const actor = { kind: 'component', name: `ops halt --direct by ${userInfo().username}` } as const;
  const outcome = await restrict.halt(target, { actor, reason, clientAddress: null }, scope);
  if (outcome.kind === 'restricted') {
    const { entry, stores } = outcome;
    const effectiveBy = new Date(outcome.effectiveByMs).toISOString();
    const told = { ...entry, effectiveBy, stores };
    console.log(asJson ? JSON.stringify(told) : restrictionLine(told));
  } else {
    console.error(`no store confirmed it, and it may have arrived: repeat it (${outcome.detail})`);
  }
  await Promise.all(behind);
  return outcome.kind === 'restricted' ? 0 : 1;
}

async function haltOver({ redis: redisAt, database: databaseAt, receiptSecret }: Stores) {
  const redis = createRedis({ ...redisAt, fetch, timers, deadlineMs });
  const database = openDatabase({ ...databaseAt, fetch, deadlineMs });
  const ids = createIdSource({ clock, random });
  const shared = createSharedControl(redis, noBreakers);
  const durable = createDurableControl(database);
  const levelling = createLevelling({ shared, durable, ids, timers, heartbeatMsMax: 0 });
  const chain = createChain();
  const trail = createAuditTrail({
    client: database.client,
    writer: createWriter(ids),
    chain,
    ids,
    clock,
    receiptSecret,
  });
  const outbox = createOutbox({ redis, ids });
  const trace = createTrace({
    trail,
    keep: (entry) => outbox.keep(chain.link(entry)),
    clock,
    timers,
    report: (failure) => console.error(failure),
  });
  const readings = await levelling.read();
  const known = knownBy(readings);
  const control = {
    highest: () => known,
    hasReadDatabase: () => readings.database.ok,
    learn: () => undefined,
  };
  return {
    restrict: createRestrict({ control, shared, durable, levelling, trace, clock, timers, viewLifeMs }),
  };
}

/** Of a store that cannot be read nothing is known; the halt goes to it all the same. */
function knownBy({ redis, database }: StoreReadings): ControlState | undefined {
  const found = [redis, database].flatMap((reading) => (reading.ok && reading.value ? [reading.value] : []));
  const [first, second] = found;
  return first && second ? mergeControlStates(first, second) : first;
}
