import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { clock, timers } from '../../functions/web-platform.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { fetchTransport } from '../../src/client/fetch-transport.ts';
import { breakerSettings } from '../../src/control/breakers/breaker-settings.ts';
import { createBreakers } from '../../src/control/breakers/breakers.ts';
import { createSharedControl } from '../../src/control/sync.ts';
import { ed25519PublicKey } from '../../src/core/ed25519.ts';
import { bundlesOf, ROOT, SHIPPED_BUNDLES } from '../../src/local/build-worker.ts';
import type { Child } from '../../src/local/child.ts';
import { freePort } from '../../src/local/free-port.ts';
import { pinnedKeys } from '../../src/local/pinned-keys.ts';
import { localSecrets } from '../../src/local/secrets.ts';
import { seedLocal } from '../../src/local/seed.ts';
import type { RuntimeName } from '../../src/local/service-file.ts';
import { prepareService, type ServiceProcess, startService } from '../../src/local/service-process.ts';
import { startStandin } from '../../src/local/standin.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { Scope } from '../../src/store/keys.ts';
import { createRedis } from '../../src/store/redis.ts';
import { stateOf } from '../control/state-of.ts';

/** A part that a test may take away and give back, on the same port and with its data. */
export interface Part {
  readonly url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** It keeps its connections and answers nothing, until `resume`. */
  pause(): void;
  resume(): void;
}

/** One service process. */
export interface Instance {
  readonly baseUrl: string;
  readonly process: ServiceProcess;
  client(scope: Scope): Client;
}

export interface TestService extends Instance {
  readonly keys: Readonly<Record<Scope, string>>;
  readonly redis: Part;
  readonly database: Part;
  /** Another service process over the same stores, stopped with the first. */
  join(runtime: RuntimeName): Promise<Instance>;
  /** A connection to the stand-in of libSQL, past the service. */
  openDatabase(): Database;
  /** The shared control state, past the service. */
  openRedis(): ReturnType<typeof createRedis>;
  /** Raises the epoch in both stores, as an operator would. */
  setTradingState(tradingState: 'ACTIVE' | 'REDUCING' | 'HALTED'): Promise<void>;
  stop(): Promise<void>;
}

const graceMs = 5_000;
const readyDeadlineMs = 30_000;

/** The whole stack as real processes, each of which a test can kill by itself. */
export async function startTestService(
  runtime: RuntimeName,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestService> {
  const dataDir = mkdtempSync(join(tmpdir(), `ultrathink-${runtime}-`));
  const secrets = localSecrets(dataDir);
  const redis = await startPart('redis', dataDir, secrets.redisToken);
  const database = await startPart('libsql', dataDir, secrets.libsqlToken);
  const open = () =>
    openDatabase({ url: database.url, authToken: secrets.libsqlToken, fetch, deadlineMs: readyDeadlineMs });
  await migrate(open().orm, { migrationsFolder: join(ROOT, 'migrations') });
  const keys = await seedLocal({
    database: open(),
    keySecrets: secrets.keys,
    receiptSecret: secrets.receiptSecret,
    random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    nowMs: Date.now(),
  });
  const serviceEnvironment = {
    ENVIRONMENT: 'local',
    UPSTASH_REDIS_REST_URL: redis.url,
    UPSTASH_REDIS_REST_TOKEN: secrets.redisToken,
    TURSO_DATABASE_URL: database.url,
    TURSO_AUTH_TOKEN: secrets.libsqlToken,
    RECEIPT_SECRET: secrets.receiptSecret,
    SEAL_SIGNING_KEY: secrets.sealSigningKey,
    SEAL_PUBLIC_KEYS: ed25519PublicKey(secrets.sealSigningKey),
    MODELS: bundlesOf(SHIPPED_BUNDLES, 'local').join(','),
    BUNDLE_PUBLIC_KEYS: pinnedKeys().join(','),
    // A machine that runs six tests at once is slow, and slow is not what these tests are about.
    CONTROL_DEADLINE_MS_MAX: '1000',
    ...environment,
  };
  const clientOf = (baseUrl: string, scope: Scope): Client =>
    createClient({ baseUrl, authorization: keys[scope], transport: fetchTransport(fetch) });
  const processes: ServiceProcess[] = [];
  async function startInstance(on: RuntimeName): Promise<Instance> {
    const where = {
      runtime: on,
      dataDir: join(dataDir, `service-${processes.length}`),
      bundlesDir: SHIPPED_BUNDLES,
    };
    mkdirSync(where.dataDir);
    const port = await freePort();
    const modules = await prepareService(where);
    const { tickerToken } = secrets;
    const started = await startService({
      ...where,
      port,
      modules,
      tickerToken,
      environment: serviceEnvironment,
    });
    processes.push(started);
    const baseUrl = `http://127.0.0.1:${port}`;
    await untilReady(baseUrl, started.child);
    return { baseUrl, process: started, client: (scope) => clientOf(baseUrl, scope) };
  }
  const first = await startInstance(runtime);
  const openRedis = () =>
    createRedis({ url: redis.url, token: secrets.redisToken, fetch, timers, deadlineMs: readyDeadlineMs });
  return {
    ...first,
    keys,
    redis,
    database,
    join: startInstance,
    openDatabase: open,
    openRedis,
    setTradingState: (tradingState) => raiseEpoch(open(), openRedis(), tradingState),
    async stop() {
      for (const { child } of processes) await child.stop(graceMs);
      await redis.kill();
      await database.kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function startPart(name: 'redis' | 'libsql', dataDir: string, token: string): Promise<Part> {
  let child: Child;
  let port = 0;
  let url = '';
  async function start(): Promise<void> {
    const standin = await startStandin({ name, port, dataDir, token });
    child = standin.child;
    url = (await standin.ready).url;
    port = Number(new URL(url).port);
  }
  await start();
  return {
    get url() {
      return url;
    },
    start,
    pause: () => process.kill(-child.pid, 'SIGSTOP'),
    resume: () => process.kill(-child.pid, 'SIGCONT'),
    async kill() {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
      await child.ended;
    },
  };
}

async function raiseEpoch(
  database: Database,
  redis: ReturnType<typeof createRedis>,
  tradingState: 'ACTIVE' | 'REDUCING' | 'HALTED',
): Promise<void> {
  const { rows } = await database.client.execute(
    `INSERT INTO control_epochs SELECT max(epoch) + 1, '${tradingState}', 0, 0, 'test', 'test', 'global' FROM control_epochs RETURNING epoch`,
  );
  const epoch = Number(rows[0]?.['epoch']);
  const breakers = createBreakers({
    settings: breakerSettings,
    clock,
    report: () => undefined,
  });
  const seeded = await createSharedControl(redis, breakers).seed(stateOf({ epoch, tradingState }));
  if (!seeded.ok) throw new Error(seeded.error);
}

async function untilReady(baseUrl: string, child: Child): Promise<void> {
  const ended = child.ended.then((how) => Promise.reject(new Error(`the service ${how}`)));
  const ready = until(async () => (await fetch(`${baseUrl}/readyz`).catch(() => undefined))?.ok === true);
  await Promise.race([ready, ended]);
}

/** Resolves when `condition` holds; a condition that never does fails the test by its own time limit. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await timers.sleep(10);
}
