import { createAuditTrail } from '../../src/audit/audit-trail.ts';
import { createChain } from '../../src/audit/chain.ts';
import { commitEntry, commitLinked } from '../../src/audit/commit.ts';
import { openKept } from '../../src/audit/open-kept.ts';
import { createOutboxDrain } from '../../src/audit/outbox-drain.ts';
import { createTrace } from '../../src/audit/trace.ts';
import { createWriter } from '../../src/audit/writer.ts';
import type { Control } from '../../src/control/control.ts';
import { mergeControlStates } from '../../src/control/control-state.ts';
import { createDurableControl } from '../../src/control/durable-control.ts';
import { createLevelling } from '../../src/control/levelling.ts';
import { createOutbox } from '../../src/control/outbox.ts';
import { createRestrict } from '../../src/control/restrict.ts';
import { createResume } from '../../src/control/resume.ts';
import { createSharedResume } from '../../src/control/shared-resume.ts';
import { createSharedControl } from '../../src/control/sync.ts';
import type { ControlState } from '../../src/control/view.ts';
import { createIdSource } from '../../src/core/ids.ts';
import { err } from '../../src/core/result.ts';
import type { DatabaseInTest } from '../database-in-test.ts';
import type { TestRedis } from '../redis-backends.ts';
import { settleBehind } from '../settle-behind.ts';
import { VirtualTime } from '../virtual-time.ts';

const noBreakers = { ask: () => ({ revision: 0, askedAtMs: 0, reports: [] }), learn: () => undefined };

export type StoreName = 'redis' | 'database';
type Fault = 'up' | 'down' | 'lost-reply' | 'slow';

/** Everything that operates on the control state, over two real stores, either of which a test can take away. */
export function operate(redis: TestRedis, { database }: DatabaseInTest) {
  const time = new VirtualTime(Date.parse('2026-03-02T12:00:00Z'));
  const fault: Record<StoreName, Fault> = { redis: 'up', database: 'up' };
  /** Is told of each call of a store, which waits for it. */
  const pace = { next: async (_call: string): Promise<void> => undefined };
  const reported: unknown[] = [];
  const behind: Promise<void>[] = [];
  const scope = { waitUntil: (work: Promise<void>) => void behind.push(work), clientAddress: '192.0.2.1' };
  let bytes = 0;
  const ids = createIdSource({
    clock: time,
    random: { bytes: (length) => Uint8Array.from({ length }, () => (bytes++ * 31) & 0xff) },
  });

  function faulty<T extends object>(store: StoreName, port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const method = Reflect.get(target, name);
        if (typeof method !== 'function' || name === 'seal') return method;
        return async (...args: unknown[]) => {
          await pace.next(String(name));
          if (fault[store] === 'down') return err(`${store} is down`);
          const reply = await method.apply(target, args);
          if (fault[store] === 'slow') await time.sleep(2_000);
          return fault[store] === 'lost-reply' ? err(`${store} did not answer`) : reply;
        };
      },
    });
  }

  const shared = createSharedControl(redis.redis, noBreakers);
  const outbox = createOutbox({ redis: redis.redis, ids });
  const durable = createDurableControl(database);
  const levellingOf = (control: Pick<Control, 'highest'>) =>
    createLevelling({
      shared: faulty('redis', shared),
      durable: faulty('database', durable),
      control,
      ids,
      timers: time,
      heartbeatMsMax: 0,
    });
  /** Of an isolate that has seen nothing. */
  const levelling = levellingOf({ highest: () => undefined });
  const chain = createChain();
  const trail = createAuditTrail({
    client: database.client,
    writer: createWriter(ids),
    chain,
    ids,
    clock: time,
    receiptSecret: 'r'.repeat(32),
  });
  const trace = createTrace({
    trail: faulty('database', trail),
    keep: (entry) => faulty('redis', outbox).keep(chain.link(entry)),
    clock: time,
    timers: time,
    report: (failure) => reported.push(failure),
  });

  const sharedResume = createSharedResume(redis.redis);

  /** An isolate that has seen `known`, and whose clock is so far off. */
  function isolate(known?: ControlState, approvalsNeeded: 1 | 2 = 1, skewMs = 0) {
    let highest = known;
    const clock = { nowMs: () => time.nowMs() + skewMs, monotonicMs: () => time.monotonicMs() };
    const control = {
      highest: () => highest,
      learn(state: ControlState) {
        highest = highest ? mergeControlStates(highest, state) : state;
      },
    };
    const levelling = levellingOf(control);
    const restrict = createRestrict({
      control,
      shared: faulty('redis', shared),
      durable: faulty('database', durable),
      levelling,
      trace,
      clock,
      timers: time,
      viewLifeMs: 1_000,
    });
    const resume = createResume({
      control,
      levelling,
      shared: faulty('redis', sharedResume),
      trail: faulty('database', trail),
      trace,
      restrict,
      clock,
      approvalsNeeded,
    });
    return { control, restrict, resume };
  }

  async function states() {
    const { redis: inRedis, database: inDatabase } = await createLevelling({
      shared,
      durable,
      control: { highest: () => undefined },
      ids,
      timers: time,
      heartbeatMsMax: 0,
    }).read();
    if (!inRedis.ok || !inDatabase.ok) throw new Error('a store could not be read');
    return {
      redis: inRedis.value,
      database: inDatabase.value,
      inForce: inRedis.value ? mergeControlStates(inRedis.value, inDatabase.value) : inDatabase.value,
    };
  }

  const settled = () => settleBehind(behind, time);

  /** What any isolate does with the outbox by the minute. */
  const drain = createOutboxDrain({
    outbox,
    insert: (records) => commitLinked(database.client, records),
    insertEntry: (entry) => commitEntry(database.client, entry),
    openKept: async (text) => openKept('r'.repeat(32), text),
    clock: time,
  });

  return { time, fault, pace, reported, scope, drain, shared, durable, levelling, isolate, states, settled };
}
