import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { timers } from '../../functions/web-platform.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { fetchTransport } from '../../src/client/fetch-transport.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { bundlesOf, SHIPPED_BUNDLES } from '../../src/local/build-worker.ts';
import { freePort } from '../../src/local/free-port.ts';
import { type KillableStandin, startKillableStandin } from '../../src/local/killable-standin.ts';
import { prepareDatabase } from '../../src/local/prepare-database.ts';
import { startReaper } from '../../src/local/reaper.ts';
import { localSecrets, type Secrets } from '../../src/local/secrets.ts';
import { serviceEnvironment } from '../../src/local/service-environment.ts';
import { prepareService, type ServiceProcess, startService } from '../../src/local/service-process.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { Scope } from '../../src/store/key-row.ts';
import { createRedis } from '../../src/store/redis.ts';
import { apiKeys } from '../../src/store/schema.ts';
import { collectedHeapMib } from './collected-heap.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** One service process, with a network of its own to each store. */
export interface Member {
  readonly index: number;
  readonly baseUrl: string;
  readonly toRedis: FaultProxy;
  readonly toDatabase: FaultProxy;
  client(scope: Scope): Client;
  clientOf(authorization: string): Client;
  /** Records that its log still has to write. */
  pendingRecords(): Promise<number>;
  /** What its isolate holds once all that can be collected was, in MiB. */
  collectedHeapMib(): Promise<number>;
  /** Of the process that runs now, and of its group. */
  readonly pid: number;
  /** SIGKILL: nothing of it gets to say goodbye. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Real processes on real stores, any of which can be killed or cut off. */
export interface Fleet {
  readonly members: readonly Member[];
  readonly redis: KillableStandin;
  readonly database: KillableStandin;
  /** A connection to the database past the proxies. */
  openDatabase(): Database;
  /** A connection to Redis past the proxies. */
  openRedis(): ReturnType<typeof createRedis>;
  /** A further key that may decide; resolves with its `Authorization` header. */
  addKey(key: {
    readonly id: string;
    readonly ratePerSecond: number;
    readonly burst: number;
  }): Promise<string>;
  stop(): Promise<void>;
}

interface FleetOptions {
  readonly size: number;
  readonly progress: (line: string) => void;
  /** Settings other than a local service's. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Processes come and go; what runs when this one is interrupted is ended. */
const TELL_REAPER_MS = 250;
const GRACE_MS = 5_000;
const READY_DEADLINE_MS = 60_000;
const READY_POLL_MS = 20;
const STORE_DEADLINE_MS = 30_000;

const readinessSchema = z.object({ parts: z.object({ log: z.object({ pendingRecords: z.number() }) }) });

/** `size` workerd processes over one redis-server and one libSQL file, trading, with a key of each scope. */
export async function startFleet({ size, progress, environment = {} }: FleetOptions): Promise<Fleet> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ultrathink-fleet-'));
  const secrets = localSecrets(dataDir);
  progress('starting the stores');
  const redis = await startKillableStandin({ name: 'redis', dataDir, token: secrets.redisToken });
  const database = await startKillableStandin({ name: 'libsql', dataDir, token: secrets.libsqlToken });
  const open = () =>
    openDatabase({
      url: database.url,
      authToken: secrets.libsqlToken,
      fetch,
      deadlineMs: STORE_DEADLINE_MS,
    });
  const keys = await prepareDatabase(open(), secrets);
  const members: Member[] = [];
  const reaper = startReaper([]);
  const telling = setInterval(() => {
    reaper.watch([...members, redis, database].map(({ pid }) => pid));
  }, TELL_REAPER_MS);
  for (let index = 0; index < size; index += 1) {
    progress(`starting service ${index + 1} of ${size}`);
    members.push(await startMember({ index, dataDir, secrets, keys, redis, database, environment }));
  }
  return {
    members,
    redis,
    database,
    openDatabase: open,
    openRedis: () =>
      createRedis({
        url: redis.url,
        token: secrets.redisToken,
        fetch,
        timers,
        deadlineMs: STORE_DEADLINE_MS,
      }),
    addKey: (key) => addKey(open(), key),
    async stop() {
      clearInterval(telling);
      for (const member of members) {
        await member.kill();
        await member.toRedis.close();
        await member.toDatabase.close();
      }
      await redis.kill();
      await database.kill();
      reaper.dismiss();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function addKey(database: Database, key: Parameters<Fleet['addKey']>[0]): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  await database.orm.insert(apiKeys).values({
    ...key,
    secretSha256: sha256Hex(secret),
    account: 'local',
    scopes: JSON.stringify(['decide']),
    createdAtMs: Date.now(),
  });
  return `Bearer ${key.id}.${secret}`;
}

interface MemberOptions {
  readonly index: number;
  readonly dataDir: string;
  readonly secrets: Secrets;
  readonly keys: Readonly<Record<Scope, string>>;
  readonly redis: KillableStandin;
  readonly database: KillableStandin;
  readonly environment: Readonly<Record<string, string>>;
}

async function startMember({ index, secrets, keys, ...options }: MemberOptions): Promise<Member> {
  const dataDir = join(options.dataDir, `service-${index}`);
  mkdirSync(dataDir);
  const toRedis = await startFaultProxy(() => options.redis.port);
  const toDatabase = await startFaultProxy(() => options.database.port);
  const where = { runtime: 'workerd', dataDir, bundlesDir: SHIPPED_BUNDLES } as const;
  const modules = await prepareService(where);
  const port = await freePort();
  const inspectorPort = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const clientOf = (authorization: string) =>
    createClient({ baseUrl, authorization, transport: fetchTransport(fetch) });
  let service: ServiceProcess;
  async function start(): Promise<void> {
    service = await startService({
      ...where,
      port,
      modules,
      inspectorPort,
      tickerToken: secrets.tickerToken,
      environment: {
        ...serviceEnvironment({
          redisUrl: toRedis.url,
          databaseUrl: toDatabase.url,
          secrets,
          models: bundlesOf(SHIPPED_BUNDLES, 'local'),
          marketDataUrl: null,
        }),
        ...options.environment,
      },
    });
    await untilReady(baseUrl);
  }
  await start();
  return {
    index,
    baseUrl,
    toRedis,
    toDatabase,
    client: (scope) => clientOf(keys[scope]),
    clientOf,
    get pid() {
      return service.child.pid;
    },
    async pendingRecords() {
      const readiness = readinessSchema.parse(await (await fetch(`${baseUrl}/readyz`)).json());
      return readiness.parts.log.pendingRecords;
    },
    collectedHeapMib: () => collectedHeapMib(inspectorPort),
    start,
    async kill() {
      service.child.process.kill('SIGKILL');
      await service.child.stop(GRACE_MS);
    },
  };
}

async function untilReady(baseUrl: string): Promise<void> {
  let last = 'no answer';
  for (const endMs = Date.now() + READY_DEADLINE_MS; Date.now() < endMs; await sleep(READY_POLL_MS)) {
    const response = await fetch(`${baseUrl}/readyz`).catch(() => undefined);
    if (response?.ok) return;
    if (response) last = await response.text();
  }
  throw new Error(`${baseUrl} was not ready within ${READY_DEADLINE_MS / 1000} s: ${last}`);
}
