import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { copiedHeaders } from '../../functions/copied-headers.ts';
import { clock, random, timers } from '../../functions/web-platform.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { fetchTransport } from '../../src/client/fetch-transport.ts';
import { compose } from '../../src/compose.ts';
import type { Alarms, Clock, Timers } from '../../src/core/clock.ts';
import { ed25519PublicKey } from '../../src/core/ed25519.ts';
import { ED25519_WASM } from '../../src/local/ed25519-wasm.ts';
import { createEmbeddedRedis } from '../../src/local/embedded-redis.ts';
import { createHranaServer } from '../../src/local/hrana-server.ts';
import { KERNEL_WASM } from '../../src/local/kernel-wasm.ts';
import { seedLocal } from '../../src/local/seed.ts';

import { SHA256_WASM } from '../../src/local/sha256-wasm.ts';
import type { BundleFiles, ProcessLoad, Shield } from '../../src/runtime.ts';
import { openDatabase } from '../../src/store/database.ts';
import { type Scope, scopes } from '../../src/store/key-row.ts';
import { backendFetch } from '../control/backend-fetch.ts';
import { testKey } from '../models/constant-draft.ts';
import { VirtualTime } from '../virtual-time.ts';
import { writePerson } from '../write-person.ts';

const secret = 's'.repeat(43);
const receiptSecret = 'r'.repeat(32);

interface IsolateOptions {
  /** Requests to libSQL that never arrive, by their bodies. */
  readonly isCut?: (body: string) => boolean;
  readonly time?: Clock & Timers & Alarms;
  readonly processLoad?: ProcessLoad | null;
  /** Go over those of the environment. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Stores that take whatever is sent and never answer; a test may change it. */
  readonly hanging?: ReadonlySet<'redis' | 'database'>;
  readonly shield?: Shield;
}

const realTime = { ...clock, ...timers };

/** Isolates of the whole service in this process, over stores that they share: the stand-ins' own, without processes. */
export async function composeService(bundles: Readonly<Record<string, BundleFiles>>) {
  const directory = mkdtempSync(join(tmpdir(), 'composed-'));
  const token = 'database';
  const server = createHranaServer({ file: join(directory, 'data.db'), token, clock: new VirtualTime() });
  const { url } = await server.listen(0, '127.0.0.1');
  const redis = await createEmbeddedRedis({ clock });
  const toRedis = backendFetch(redis);
  const database = openDatabase({ url, authToken: token, fetch, deadlineMs: 30_000 });
  await migrate(database.orm, { migrationsFolder: 'migrations' });
  const keySecrets = Object.fromEntries(scopes.map((scope) => [scope, secret])) as Record<Scope, string>;
  const keys = await seedLocal({ database, keySecrets, receiptSecret, random, nowMs: Date.now() });
  const moduleOf = (path: string) => new WebAssembly.Module(readFileSync(path));

  async function isolate({
    isCut = () => false,
    time = realTime,
    processLoad = null,
    settings = {},
    hanging = new Set(),
    shield,
  }: IsolateOptions = {}) {
    const toDatabase: typeof fetch = async (input, init) => {
      const body = input instanceof Request ? await input.clone().text() : '';
      return isCut(body) ? Promise.reject(new Error('cut')) : fetch(input, init);
    };
    const reported: unknown[] = [];
    const service = await compose({
      name: 'node',
      async fetch(input, init) {
        const isRedis = String(input).startsWith('http://redis');
        if (hanging.has(isRedis ? 'redis' : 'database')) return new Promise<never>(() => undefined);
        return isRedis ? toRedis(input, init) : toDatabase(input, init);
      },
      clock: time,
      timers: time,
      random,
      report: (failure) => void reported.push(failure),
      env: {
        ENVIRONMENT: 'local',
        UPSTASH_REDIS_REST_URL: 'http://redis',
        UPSTASH_REDIS_REST_TOKEN: 'redis',
        TURSO_DATABASE_URL: url,
        TURSO_AUTH_TOKEN: token,
        RECEIPT_SECRET: receiptSecret,
        OPERATOR_HEARTBEAT_MS_MAX: '0',
        MODELS: Object.keys(bundles).join(','),
        BUNDLE_PUBLIC_KEYS: ed25519PublicKey(testKey),
        VIEW_LIFE_MS: '1000',
        CONTROL_DEADLINE_MS_MAX: '1000',
        ...settings,
      },
      processLoad,
      upgrade: () => new Response(),
      respond: copiedHeaders(),
      ...(shield ? { shield } : {}),
      bundles,
      buildHash: 'b'.repeat(64),
      kernelModule: moduleOf(KERNEL_WASM),
      sha256Module: moduleOf(SHA256_WASM),
      ed25519Module: moduleOf(ED25519_WASM),
    });
    const scope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
    const ask = (path: string, init?: RequestInit) =>
      service.fetch(new Request(`http://service${path}`, init), scope);
    const client = (authorization: string): Client =>
      createClient({
        baseUrl: 'http://service',
        authorization,
        transport: fetchTransport((address, init) => service.fetch(new Request(address, init), scope)),
      });
    return { service, reported, ask, client };
  }

  /** Somebody else than whose the keys are. */
  const person = (id: string, allowed: readonly Scope[]): Promise<string> =>
    writePerson(database, id, { account: 'local', scopes: allowed });

  return {
    database,
    person,
    keys,
    secret,
    isolate,
    async close() {
      await redis.close();
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
}
