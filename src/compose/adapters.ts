import type { Redis } from '@upstash/redis';
import { createAuditTrail } from '../audit/audit-trail.ts';
import { createChain } from '../audit/chain.ts';
import { commitDecisions, commitEntry, commitLinked } from '../audit/commit.ts';
import { createDecisionLog } from '../audit/decision-log.ts';
import type { Opened } from '../audit/open-kept.ts';
import { createOutboxDrain } from '../audit/outbox-drain.ts';
import { createTrace } from '../audit/trace.ts';
import { createWriter } from '../audit/writer.ts';
import type { Config } from '../config.ts';
import { breakerSettings } from '../control/breakers/breaker-settings.ts';
import { createBreakers } from '../control/breakers/breakers.ts';
import { type Control, createControl } from '../control/control.ts';
import { createDurableControl } from '../control/durable-control.ts';
import { createOutbox } from '../control/outbox.ts';
import { watchLoad } from '../control/overload/load-watch.ts';
import { createOverload, type Overload } from '../control/overload/overload.ts';
import { overloadSettings } from '../control/overload/overload-settings.ts';
import { createUseSignature } from '../control/use-signature.ts';
import type { Clock } from '../core/clock.ts';
import { createIdSource, type IdSource } from '../core/ids.ts';
import { type Authenticator, createAuthenticator } from '../http/auth.ts';
import type { ServedModel } from '../models/catalog.ts';
import type { LoadOptions } from '../models/load-model.ts';
import { createRegistry } from '../models/registry.ts';
import type { Runtime } from '../runtime.ts';
import type { Database } from '../store/database.ts';
import { createLayeredModelStore } from '../store/layered-model-store.ts';
import { openLibsql } from '../store/libsql-client.ts';
import { createLibsqlModelStore } from '../store/libsql-model-store.ts';
import { loadKey } from '../store/load-key.ts';
import { createRedis } from '../store/redis.ts';
import { loadAliases, loadBundle } from '../store/registry-in-force.ts';

/** Longest that one owner of the log's flush may work: below the 30 s of Workers' `waitUntil`. */
const logOwnerMsMax = 20_000;
/** With the database's deadline of 3 s still below it. */
const logOvertimeMs = 6_000;
const logBatchMax = 512;
const logGatherMs = 20;
/** About two million characters: what a link of 1 MB/s still carries within the database's deadline of 3 s. */
const logBatchBytesMax = 4_194_304;

export interface Models {
  readonly shipped: readonly ServedModel[];
  /** By which others are taken for good. */
  readonly loading: LoadOptions;
}

/** What a first decision does not need, of which the adapters can do nothing without. */
export interface NeededLater {
  openKept(receiptSecret: string, text: string): Promise<Opened>;
  /** Counts a failed login of an address block; false refuses the next ones. */
  admitFailedLogin(addressBlock: string): Promise<boolean>;
}

/** What a first decision needs. */
export function createAdapters(
  runtime: Runtime,
  config: Config,
  { shipped, loading }: Models,
  later: NeededLater,
) {
  const { clock, timers, random } = runtime;
  const { fetch, callCount } = countCalls(runtime.fetch);
  const database = { client: openLibsql({ ...config.database, fetch }) };
  // An isolate's first round trip may take twice the deadline of the others.
  const redisDeadlineMs = 2 * config.controlDeadlineMsMax;
  const redis = createRedis({ ...config.redis, fetch, timers, deadlineMs: redisDeadlineMs });
  const ids = createIdSource({ clock, random });
  const breakers = createBreakers({ settings: breakerSettings, clock, report: runtime.report });
  const overload = overloadOf(runtime, config);
  const durable = createDurableControl(database);
  const control = createControl({
    redis,
    breakers,
    readDurableControl: durable.load,
    clock,
    timers,
    ids,
    viewLifeMs: config.viewLifeMs,
    deadlineMsMax: config.controlDeadlineMsMax,
    heartbeatMsMax: config.operatorHeartbeatMsMax,
  });
  const audit = auditOf(runtime, config, { database, redis, ids, openKept: later.openKept });
  const authenticator = authenticatorOf({ config, database, control, redis, clock, timers, later });
  const libsqlModels = createLibsqlModelStore(database);
  const source = {
    loadBundle: (hash: string) => loadBundle(database, hash),
    modelStore: runtime.modelStore ? createLayeredModelStore(runtime.modelStore, libsqlModels) : libsqlModels,
  };
  const registry = createRegistry({
    ...loading,
    shipped,
    source,
    loadAliases: () => loadAliases(database),
    report: runtime.report,
    clock,
    timers,
  });
  const stores = { database, durable, redis, source, callCount };
  const parts = { ids, breakers, overload, control };
  return { ...stores, ...parts, ...audit, authenticator, registry, clock };
}

export type Adapters = ReturnType<typeof createAdapters>;

/** With the query builder over libSQL. */
export type AdaptersWithOrm = Adapters & { readonly database: Database };

/** Everything that is ever written of a decision or a verb. */
function auditOf(
  { clock, timers, report }: Runtime,
  config: Config,
  {
    database: { client },
    redis,
    ids,
    openKept,
  }: {
    readonly database: Pick<Database, 'client'>;
    readonly redis: Redis;
    readonly ids: IdSource;
    readonly openKept: NeededLater['openKept'];
  },
) {
  const chain = createChain();
  const outbox = createOutbox({ redis, ids });
  const outboxDrain = createOutboxDrain({
    outbox,
    insert: (records) => commitLinked(client, records),
    insertEntry: (entry) => commitEntry(client, entry),
    openKept: (text) => openKept(config.receiptSecret, text),
    clock,
  });
  const log = createDecisionLog({
    insert: (records) => commitDecisions({ client, chain }, records),
    outbox: { keep: (record) => outbox.keep(chain.link(record)), follow: outboxDrain.follow },
    clock,
    timers,
    pendingBytesMax: config.logPendingBytesMax,
    batchMax: logBatchMax,
    batchBytesMax: logBatchBytesMax,
    ownerMsMax: logOwnerMsMax,
    overtimeMs: logOvertimeMs,
    gatherMs: logGatherMs,
  });
  const writer = createWriter(ids);
  const { receiptSecret } = config;
  const trail = createAuditTrail({ client, writer, chain, ids, clock, receiptSecret });
  const trace = createTrace({
    trail,
    keep: (entry) => outbox.keep(chain.link(entry)),
    clock,
    timers,
    report,
  });
  return { log, outbox, outboxDrain, writer, trail, trace };
}

/** A signed body is read before it is known whose it is; a model is uploaded by a key that travels. */
const signedBodyBytesMax = 16_384;

function authenticatorOf(parts: {
  readonly config: Config;
  readonly database: Pick<Database, 'client'>;
  readonly control: Control;
  readonly redis: Redis;
  readonly clock: Clock;
  readonly timers: Runtime['timers'];
  readonly later: NeededLater;
}): Authenticator {
  const { config, database, control, redis, clock, timers, later } = parts;
  const { bodyBytesMax, bodyDeadlineMs, receiptSecret } = config;
  const { isRevoked, isRetired, changesOf, keysEpoch } = control;
  return createAuthenticator({
    ...{ isRevoked, isRetired, changesOf, keysEpoch, receiptSecret, clock },
    loadKey: (id) => loadKey(database, id),
    admitFailedLogin: later.admitFailedLogin,
    useSignature: createUseSignature(redis),
    bodyLimits: { bodyBytesMax: Math.min(bodyBytesMax, signedBodyBytesMax), bodyDeadlineMs, timers },
  });
}

function overloadOf({ processLoad, clock, timers, report }: Runtime, { memoryBytesSoft }: Config): Overload {
  const settings = overloadSettings;
  const overload = createOverload({ settings, clock, report });
  return processLoad === null
    ? overload
    : watchLoad(overload, { settings, processLoad, memoryBytesSoft, clock, timers });
}

/** Calls to the stores; those that a runtime's own model store makes are few, and not among them. */
function countCalls(inner: Runtime['fetch']) {
  let calls = 0;
  const fetch: Runtime['fetch'] = (input, init) => {
    calls += 1;
    return inner(input, init);
  };
  return { fetch, callCount: () => calls };
}
