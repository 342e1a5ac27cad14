/**
 * The stand-in for Upstash Redis as a process of its own:
 *
 *   node src/local/standin-redis.ts --data DIR [--port N] [--token T] [--embedded]
 *
 * It starts redis-server on DIR/redis, or, without one on PATH or with `--embedded`, serves the in-process store
 * from a snapshot in the same directory. A redis-server that dies is started again. It listens on loopback only.
 * The ready line has `url`, `token`, `backend` (`redis-server` or `embedded`) and `redisPid`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEmbeddedRedis } from './embedded-redis.ts';
import type { RedisBackend } from './redis-backend.ts';
import { createRedisConnection } from './redis-connection.ts';
import { findRedisServer, type RedisServer, startRedisServer } from './redis-server.ts';
import { exitWith, runUntilStopped } from './standin-process.ts';
import { createUpstashGateway } from './upstash-gateway.ts';

const COMMAND_TIMEOUT_MS = 2000;
const QUEUE_MAX = 8192;

await main().catch(exitWith);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
      token: { type: 'string', default: 'local' },
      embedded: { type: 'boolean', default: false },
    },
  });
  if (values.data === undefined) throw new Error('--data DIR is missing');
  const dataDir = join(values.data, 'redis');
  mkdirSync(dataDir, { recursive: true });
  const binary = values.embedded ? null : findRedisServer(process.env['PATH'] ?? '');
  const store = binary === null ? await openEmbedded(dataDir) : await openServer(binary, dataDir);
  const gateway = createUpstashGateway({ store: store.backend, token: values.token });
  const { url } = await gateway.listen(Number(values.port), '127.0.0.1').catch(async (error: unknown) => {
    store.retire();
    await store.close();
    throw error;
  });
  runUntilStopped({
    ready: { url, token: values.token, ...store.description },
    stop: async () => {
      store.retire();
      await gateway.close();
      await store.close();
    },
  });
}

interface Store {
  readonly backend: RedisBackend;
  readonly description: Readonly<Record<string, unknown>>;
  /** A Redis that ends from now on (Ctrl-C reaches it too) is not started again. */
  retire(): void;
  close(): Promise<void>;
}

async function openEmbedded(dataDir: string): Promise<Store> {
  const clock = { nowMs: () => Date.now() };
  const backend = await createEmbeddedRedis({ clock, snapshotFile: join(dataDir, 'snapshot.json') });
  return {
    backend,
    description: { backend: 'embedded' },
    retire: () => undefined,
    close: () => backend.close(),
  };
}

async function openServer(binary: string, dataDir: string): Promise<Store> {
  let current = startRedisServer({ binary, dataDir });
  let isRetired = false;
  const { address, pid } = await current;
  const backend = createRedisConnection({
    address,
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    queueMax: QUEUE_MAX,
  });
  const keepAlive = async (watched: RedisServer): Promise<void> => {
    await watched.exited;
    if (isRetired) return;
    current = startRedisServer({ binary, dataDir });
    const next = await current;
    console.error(`redis-server ${watched.pid} ended; ${next.pid} took its place`);
    await keepAlive(next);
  };
  void current.then(keepAlive).catch(exitWith);
  return {
    backend,
    description: { backend: 'redis-server', redisPid: pid },
    retire: () => {
      isRetired = true;
    },
    close: async () => {
      await backend.close();
      const server = await current;
      await server.stop();
    },
  };
}
