import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkerModule } from './build-worker.ts';
import { pinnedKeys } from './pinned-keys.ts';
import { TICKER_TOKEN, workerdConfig } from './workerd-config.ts';
import { startWorkerd } from './workerd-process.ts';

const rounds = 3;
const stopGraceMs = 2_000;

/**
 * How much longer workerd takes on this machine until it listens with a built Worker than with an empty one, in whole milliseconds;
 * the least of a few times of each. It has settings that name no store that there is: no start asks one.
 */
export async function startUpMs(modules: readonly WorkerModule[], moduleDir: string): Promise<number> {
  const workDir = mkdtempSync(join(tmpdir(), 'ultrathink-start-up-'));
  const empty: WorkerModule = { name: 'empty.js', kind: 'esModule' };
  writeFileSync(join(workDir, empty.name), 'export default { fetch: () => new Response() };');
  const ofBuilt: number[] = [];
  const ofEmpty: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      ofEmpty.push(await untilListeningMs([empty], workDir, workDir));
      ofBuilt.push(await untilListeningMs(modules, moduleDir, workDir));
    }
  } finally {
    rmSync(workDir, { recursive: true });
  }
  return Math.round(Math.min(...ofBuilt) - Math.min(...ofEmpty));
}

async function untilListeningMs(
  modules: readonly WorkerModule[],
  moduleDir: string,
  workDir: string,
): Promise<number> {
  const environment = settings();
  const startedMs = performance.now();
  const { child, ports } = await startWorkerd({
    config: workerdConfig({ modules, address: '127.0.0.1:0', environment: Object.keys(environment) }),
    configPath: join(workDir, 'start-up.capnp'),
    moduleDir,
    environment: { ...environment, [TICKER_TOKEN]: 'of no use here' },
  });
  try {
    await ports;
    return performance.now() - startedMs;
  } finally {
    await child.stop(stopGraceMs);
  }
}

function settings(): Readonly<Record<string, string>> {
  const keys = pinnedKeys();
  return {
    ENVIRONMENT: 'production',
    UPSTASH_REDIS_REST_URL: 'https://redis.invalid',
    UPSTASH_REDIS_REST_TOKEN: 'none',
    TURSO_DATABASE_URL: 'https://database.invalid',
    TURSO_AUTH_TOKEN: 'none',
    RECEIPT_SECRET: 'of no use here, and no secret at all',
    OPERATOR_HEARTBEAT_MS_MAX: '0',
    BUNDLE_PUBLIC_KEYS: keys.join(','),
    SEAL_PUBLIC_KEYS: keys.join(','),
    SEAL_SIGNING_KEY: 'none',
  };
}
