import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ed25519PublicKey } from '../core/ed25519.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { bundlesOf, SHIPPED_BUNDLES } from './build-worker.ts';
import type { BundleChoice } from './bundle-choice.ts';
import type { Child } from './child.ts';
import type { JsonService } from './json-service.ts';
import { localSigningSecrets } from './local-signing-secrets.ts';
import { createMarketDataStandin } from './market-data-standin.ts';
import { prepareDatabase } from './prepare-database.ts';
import { type Reaper, startReaper } from './reaper.ts';
import { localSecrets, type Secrets } from './secrets.ts';
import { haltAuthorization, marketDataKeyId, serviceEnvironment } from './service-environment.ts';
import { type RuntimeName, type ServiceFile, writeEnvironmentFile } from './service-file.ts';
import { prepareService, type ServiceProcess, startService } from './service-process.ts';
import { type StandinAddress, startStandin } from './standin.ts';
import { type Action, type Cause, type Event, next, type Part, type State } from './supervisor.ts';

export interface StackOptions {
  readonly runtime: RuntimeName;
  readonly port: number;
  readonly dataDir: string;
  readonly bundles: BundleChoice;
  /** Where the service finds the database, whose own address is given; a bench puts a log that keeps nothing in between. */
  readonly databaseUrlFor: (databaseUrl: string) => string;
  /** Removed when the launcher is killed; removing them otherwise is the caller's. */
  readonly files: readonly string[];
  /** A step done, for people. */
  readonly progress: (line: string) => void;
  /** The service answers `/readyz` with 200. */
  readonly onReady: (service: ServiceFile) => Promise<void>;
}

const READY_DEADLINE_MS = 30_000;
const READY_POLL_MS = 25;
/** Longer than the service's own patience with its log (src/jobs.ts). */
const DRAIN_DEADLINE_MS = 20_000;
const STOP_GRACE_MS = 5_000;
/** The order in which parts end: a store outlives what writes to it. */
const STOP_ORDER: readonly Part[] = ['service', 'redis', 'database'];

/** Stand-ins and service as one thing that runs until a signal or until one of them ends. See supervisor.ts. */
export class Stack {
  readonly #options: StackOptions;
  readonly #secrets: Secrets;
  readonly #reaper: Reaper;
  readonly #parts = new Map<Part, Child>();
  readonly #stopped = Promise.withResolvers<Cause>();
  /** It only reads out a series, so it needs no process of its own. */
  readonly #marketData: JsonService;
  #state: State = { kind: 'starting' };
  #started: Promise<void> = Promise.resolve();
  #service: ServiceProcess | undefined;
  #databasePort = 0;

  constructor(options: StackOptions) {
    this.#options = options;
    this.#secrets = localSecrets(options.dataDir);
    this.#reaper = startReaper(options.files);
    this.#marketData = createMarketDataStandin({
      keyId: marketDataKeyId,
      secret: this.#secrets.marketDataSecret,
      clock: { nowMs: () => Date.now() },
    });
  }

  /** Resolves when no process is left, with what ended it. */
  async run(): Promise<Cause> {
    this.#started = this.#start().then(
      () => this.#send({ kind: 'ready' }),
      (failure: Error) => this.#send({ kind: 'failed-start', detail: failure.message }),
    );
    return this.#stopped.promise;
  }

  /** Drains and stops. May be called any number of times. */
  interrupt(): void {
    this.#send({ kind: 'signal' });
  }

  #send(event: Event): void {
    const step = next(this.#state, event);
    this.#state = step.state;
    if (step.state.kind === 'stopped') this.#stopped.resolve(step.state.cause);
    void this.#performAll(step.actions);
  }

  async #performAll(actions: readonly Action[]): Promise<void> {
    for (const action of actions) await this.#perform(action);
  }

  async #perform(action: Action): Promise<void> {
    switch (action) {
      case 'restart-database':
        await this.#startDatabase().catch((failure: Error) => this.#options.progress(failure.message));
        return;
      case 'drain':
        return this.#drain();
      case 'stop':
        return this.#stop();
    }
  }

  async #start(): Promise<void> {
    const { runtime, port, dataDir, bundles, progress } = this.#options;
    const { bundlesDir } = bundles;
    const [modules, redis, database] = await allOrFailure([
      prepareService({ runtime, dataDir, bundlesDir }),
      this.#startRedis(),
      this.#startDatabase(),
    ]);
    progress(`stand-ins are up: ${redis.kind}, ${database.kind}`);
    const keys = await prepareDatabase(this.#openDatabase(database), this.#secrets);
    progress('database is migrated and seeded');
    this.#assertStarting();
    const marketData = await this.#marketData.listen(0, '127.0.0.1');
    const environment = serviceEnvironment({
      redisUrl: redis.url,
      databaseUrl: this.#options.databaseUrlFor(database.url),
      secrets: this.#secrets,
      models: bundles.models,
      marketDataUrl: marketData.url,
    });
    // For wrangler, whose build ships these and no others.
    const deployed = bundlesOf(SHIPPED_BUNDLES, 'production').join(',');
    writeEnvironmentFile(join(dataDir, 'service.env'), { ...environment, MODELS: deployed });
    this.#service = await startService({
      runtime,
      port,
      dataDir,
      bundlesDir,
      modules,
      tickerToken: this.#secrets.tickerToken,
      environment,
    });
    this.#watch('service', this.#service.child);
    const baseUrl = `http://127.0.0.1:${port}`;
    await this.#untilReady(`${baseUrl}/readyz`);
    await this.#options.onReady({
      baseUrl,
      runtime,
      pid: process.pid,
      servicePid: this.#pidOf('service'),
      keys,
      haltKey: haltAuthorization(this.#secrets),
      signingSecrets: localSigningSecrets(this.#secrets),
      sealPublicKeys: [ed25519PublicKey(this.#secrets.sealSigningKey)],
      standins: {
        redis: {
          url: redis.url,
          token: this.#secrets.redisToken,
          kind: redis.kind,
          pid: this.#pidOf('redis'),
        },
        libsql: { url: database.url, token: this.#secrets.libsqlToken, pid: this.#pidOf('database') },
      },
    });
  }

  /** A signal may have come while something was awaited; nothing new is started then. */
  #assertStarting(): void {
    if (this.#state.kind !== 'starting') throw new Error('interrupted');
  }

  #startRedis(): Promise<StandinAddress> {
    return this.#startStandin('redis', { name: 'redis', port: 0, token: this.#secrets.redisToken });
  }

  /** Again on the same port when it is restarted, since the service knows its address. */
  async #startDatabase(): Promise<StandinAddress> {
    const port = this.#databasePort;
    const database = await this.#startStandin('database', {
      name: 'libsql',
      port,
      token: this.#secrets.libsqlToken,
    });
    this.#databasePort = Number(new URL(database.url).port);
    return database;
  }

  async #startStandin(
    part: Part,
    options: { readonly name: 'redis' | 'libsql'; readonly port: number; readonly token: string },
  ): Promise<StandinAddress> {
    const standin = await startStandin({ ...options, dataDir: this.#options.dataDir });
    this.#watch(part, standin.child);
    return standin.ready;
  }

  #watch(part: Part, child: Child): void {
    this.#parts.set(part, child);
    this.#tellReaper();
    void child.ended.then((detail) => {
      this.#parts.delete(part);
      this.#tellReaper();
      this.#send({ kind: 'exited', part, detail });
    });
  }

  #pidOf(part: Part): number {
    const child = this.#parts.get(part);
    if (!child) throw new Error(`the ${part} part is gone`);
    return child.pid;
  }

  #tellReaper(): void {
    this.#reaper.watch(STOP_ORDER.flatMap((part) => this.#parts.get(part)?.pid ?? []));
  }

  #openDatabase({ url }: StandinAddress): Database {
    const { libsqlToken } = this.#secrets;
    return openDatabase({ url, authToken: libsqlToken, fetch, deadlineMs: READY_DEADLINE_MS });
  }

  async #untilReady(url: string): Promise<void> {
    let last = 'no answer';
    for (const endMs = Date.now() + READY_DEADLINE_MS; Date.now() < endMs; await sleep(READY_POLL_MS)) {
      this.#assertStarting();
      const response = await fetch(url).catch((failure: Error) => failure);
      if (response instanceof Response && response.ok) return;
      if (response instanceof Response) last = `${response.status} ${await response.text()}`;
    }
    throw new Error(`the service was not ready within ${READY_DEADLINE_MS / 1000} s: ${last}`);
  }

  async #drain(): Promise<void> {
    const drained = this.#service?.drain().catch((failure: Error) => this.#options.progress(failure.message));
    await Promise.race([drained, sleep(DRAIN_DEADLINE_MS, undefined, { ref: false })]);
    this.#send({ kind: 'drained' });
  }

  async #stop(): Promise<void> {
    // A part may be on its way up; it has to be known before it can be ended.
    await Promise.race([this.#started, sleep(STOP_GRACE_MS, undefined, { ref: false })]);
    for (const part of STOP_ORDER) await this.#parts.get(part)?.stop(STOP_GRACE_MS);
    await this.#marketData.close();
    this.#reaper.dismiss();
    this.#send({ kind: 'all-gone' });
  }
}

/** Like Promise.all, but a failure waits until nothing is under way any more. */
async function allOrFailure<T extends readonly unknown[]>(
  work: { [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  await Promise.allSettled(work);
  return Promise.all(work) as Promise<unknown> as Promise<T>;
}
