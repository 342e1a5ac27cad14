/** The two backends of the gateway as tests start them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedRedis } from '../../src/local/embedded-redis.ts';
import { createRedisConnection } from '../../src/local/redis-connection.ts';
import { findRedisServer, startRedisServer } from '../../src/local/redis-server.ts';
import type { OpenedBackend } from './redis-conformance.ts';

/** Null on a machine without redis-server: the tests that need it are skipped there. */
export const redisBinary = findRedisServer(process.env['PATH'] ?? '');

export async function openRealRedis(): Promise<OpenedBackend> {
  if (redisBinary === null) throw new Error('no redis-server on PATH');
  const directory = mkdtempSync(join(tmpdir(), 'redis-test-'));
  const server = await startRedisServer({ binary: redisBinary, dataDir: directory });
  const backend = createRedisConnection({
    address: server.address,
    commandTimeoutMs: 10_000,
    queueMax: 10_000,
  });
  return {
    backend,
    close: async () => {
      await backend.close();
      await server.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

export async function openEmbeddedRedis(): Promise<OpenedBackend> {
  const backend = await createEmbeddedRedis({ clock: { nowMs: () => Date.now() } });
  return { backend, close: () => backend.close() };
}
