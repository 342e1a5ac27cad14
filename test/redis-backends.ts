import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from '@upstash/redis';
import { createEmbeddedRedis } from '../src/local/embedded-redis.ts';
import type { RedisBackend, Reply } from '../src/local/redis-backend.ts';
import { createRedisConnection } from '../src/local/redis-connection.ts';
import { findRedisServer, startRedisServer } from '../src/local/redis-server.ts';
import { createRedis } from '../src/store/redis.ts';
import { backendFetch } from './control/backend-fetch.ts';

export interface TestRedis {
  readonly redis: Redis;
  /** A command straight to the store. */
  run(...args: string[]): Promise<Reply>;
  /** The store's clock, epoch milliseconds. */
  nowMs(): Promise<number>;
  close(): Promise<void>;
}

interface Backend {
  readonly name: string;
  open(): Promise<TestRedis>;
}

/** Every store that the scripts must run on alike: the in-process one, and redis-server where it is installed. */
export function redisBackends(): readonly Backend[] {
  const binary = findRedisServer(process.env['PATH'] ?? '');
  const embedded: Backend = {
    name: 'the embedded store',
    open: async () =>
      testRedis(await createEmbeddedRedis({ clock: { nowMs: Date.now } }), async () => undefined),
  };
  return binary === null ? [embedded] : [embedded, { name: 'redis-server', open: () => openServer(binary) }];
}

async function openServer(binary: string): Promise<TestRedis> {
  const dataDir = mkdtempSync(join(tmpdir(), 'redis-test-'));
  const server = await startRedisServer({ binary, dataDir });
  const connection = createRedisConnection({
    address: server.address,
    commandTimeoutMs: 5_000,
    queueMax: 100,
  });
  return testRedis(connection, async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true });
  });
}

const testRedis = (backend: RedisBackend, stop: () => Promise<void>): TestRedis => ({
  redis: createRedis({
    url: 'http://redis',
    token: 'token',
    fetch: backendFetch(backend),
    timers: {
      sleep: (_durationMs, signal) =>
        new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
    },
    deadlineMs: 1,
  }),
  run: (...args) => backend.execute(args),
  nowMs: async () => {
    const [seconds] = (await backend.execute(['TIME'])) as [string];
    return Number(seconds) * 1_000;
  },
  close: async () => {
    await backend.close();
    await stop();
  },
});
