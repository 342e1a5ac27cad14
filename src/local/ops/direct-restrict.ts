import { createAuditTrail } from '../../audit/audit-trail.ts';
import { createChain } from '../../audit/chain.ts';
import { createTrace } from '../../audit/trace.ts';
import { createWriter } from '../../audit/writer.ts';
import { mergeControlStates } from '../../control/control-state.ts';
import { createDurableControl } from '../../control/durable-control.ts';
import { createLevelling, type StoreReadings } from '../../control/levelling.ts';
import { createOutbox } from '../../control/outbox.ts';
import { createRestrict, type Restrict } from '../../control/restrict.ts';
import { createSharedControl } from '../../control/sync.ts';
import type { ControlState } from '../../control/view.ts';
import type { Timers } from '../../core/clock.ts';
import { createIdSource } from '../../core/ids.ts';
import type { Runtime } from '../../runtime.ts';
import { openDatabase } from '../../store/database.ts';
import { createRedis } from '../../store/redis.ts';
import type { Stores } from './stores-here.ts';

const deadlineMs = 2_000;
/** The most that a deployment may set. */
const viewLifeMs = 1_000;
const noBreakers = { ask: () => ({ revision: 0, askedAtMs: 0, reports: [] }), learn: () => undefined };

/** What holds trading back past the service: both stores are read, and then written by the same means as the service's own. */
export async function createDirectRestrict(
  stores: Pick<Stores, 'redis' | 'database' | 'receiptSecret'>,
  platform: Pick<Runtime, 'fetch' | 'clock' | 'random' | 'report'> & { readonly timers: Timers },
): Promise<Restrict> {
  const { fetch, clock, timers, random, report } = platform;
  const redis = createRedis({ ...stores.redis, fetch, timers, deadlineMs });
  const database = openDatabase({ ...stores.database, fetch, deadlineMs });
  const ids = createIdSource({ clock, random });
  const shared = createSharedControl(redis, noBreakers);
  const durable = createDurableControl(database);
  let known: ControlState | undefined;
  const highest = () => known;
  const levelling = createLevelling({
    shared,
    durable,
    control: { highest },
    ids,
    timers,
    heartbeatMsMax: 0,
  });
  const chain = createChain();
  const trail = createAuditTrail({
    client: database.client,
    writer: createWriter(ids),
    chain,
    ids,
    clock,
    receiptSecret: stores.receiptSecret,
  });
  const outbox = createOutbox({ redis, ids });
  const trace = createTrace({
    trail,
    keep: (entry) => outbox.keep(chain.link(entry)),
    clock,
    timers,
    report,
  });
  const readings = await levelling.read();
  known = knownBy(readings);
  const control = {
    highest,
    learn(state: ControlState) {
      known = known ? mergeControlStates(known, state) : state;
    },
  };
  return createRestrict({ control, shared, durable, levelling, trace, clock, timers, viewLifeMs });
}

/** Of a store that cannot be read nothing is known; the halt goes to it all the same. */
function knownBy({ redis, database }: StoreReadings): ControlState | undefined {
  const found = [redis, database].flatMap((reading) => (reading.ok && reading.value ? [reading.value] : []));
  const [first, second] = found;
  return first && second ? mergeControlStates(first, second) : first;
}
