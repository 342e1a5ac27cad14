import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clock, timers } from '../../functions/web-platform.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { fetchTransport } from '../../src/client/fetch-transport.ts';
import { breakerSettings } from '../../src/control/breakers/breaker-settings.ts';
import { createBreakers } from '../../src/control/breakers/breakers.ts';
import { createSharedControl } from '../../src/control/sync.ts';
import { bundlesOf, SHIPPED_BUNDLES } from '../../src/local/build-worker.ts';
import type { Child } from '../../src/local/child.ts';
import { freePort } from '../../src/local/free-port.ts';
import { type KillableStandin, startKillableStandin } from '../../src/local/killable-standin.ts';
import { prepareDatabase } from '../../src/local/prepare-database.ts';
import { localSecrets, type Secrets } from '../../src/local/secrets.ts';
import { serviceEnvironment } from '../../src/local/service-environment.ts';
import type { RuntimeName } from '../../src/local/service-file.ts';
import { prepareService, type ServiceProcess, startService } from '../../src/local/service-process.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { Scope } from '../../src/store/key-row.ts';
import { createRedis } from '../../src/store/redis.ts';
import { stateOf } from '../control/state-of.ts';

/** One service process. */
export interface Instance {
  readonly baseUrl: string;
  readonly process: ServiceProcess;
  client(scope: Scope): Client;
}

export interface TestService extends Instance {
  readonly keys: Readonly<Record<Scope, string>>;
  readonly secrets: Secrets;
  readonly redis: KillableStandin;
  readonly database: KillableStandin;
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
  const redis = await startKillableStandin({ name: 'redis', dataDir, token: secrets.redisToken });
  const database = await startKillableStandin({ name: 'libsql', dataDir, token: secrets.libsqlToken });
  const open = () =>
    openDatabase({ url: database.url, authToken: secrets.libsqlToken, fetch, deadlineMs: readyDeadlineMs });
  const keys = await prepareDatabase(open(), secrets);
  const settings = {
    ...serviceEnvironment({
      redisUrl: redis.url,
      databaseUrl: database.url,
      secrets,
      models: bundlesOf(SHIPPED_BUNDLES, 'local'),
      marketDataUrl: null,
    }),
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
      environment: settings,
    });
    processes.push(started);
    const baseUrl = `http://127.0.0.1:${port}`;
    await untilReady(baseUrl, started.child);
    return { baseUrl, process: started, client: (scope) => clientOf(baseUrl, scope) };
  }
  async function stop(): Promise<void> {
    for (const { child } of processes) await child.stop(graceMs);
    await redis.kill();
    await database.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
  const first = await startInstance(runtime).catch(async (failure: unknown) => {
    await stop();
    throw failure;
  });
  const openRedis = () =>
    createRedis({ url: redis.url, token: secrets.redisToken, fetch, timers, deadlineMs: readyDeadlineMs });
  return {
    ...first,
    keys,
    secrets,
    redis,
    database,
    join: startInstance,
    openDatabase: open,
    openRedis,
    setTradingState: (tradingState) => raiseEpoch(open(), openRedis(), tradingState),
    stop,
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

/**
 * The first answer that `isGood`. An isolate that shares its machine with other tests may be busy at any time, and then leaves out what
 * is optional: stages and attributions.
 */
export async function firstGood<T>(ask: () => Promise<T>, isGood: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    await timers.sleep(100);
  }
}
