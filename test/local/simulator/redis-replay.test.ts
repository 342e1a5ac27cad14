import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isError, type Reply } from '../../../src/local/redis-backend.ts';
import { createRedisConnection } from '../../../src/local/redis-connection.ts';
import { findRedisServer, startRedisServer } from '../../../src/local/redis-server.ts';
import { simulate } from '../../../src/local/simulator/simulation.ts';
import { createWorld, type World } from '../../../src/local/simulator/world.ts';

interface Recorded {
  readonly atMs: number;
  readonly args: readonly string[];
  readonly reply: Reply;
}

const binary = findRedisServer(process.env['PATH'] ?? '');
const seeds = [4, 11, 23];

/** Every command of a run with its reply, up to the first that only the in-process store can do. */
async function record(seed: number, world: World): Promise<readonly Recorded[]> {
  const commands: Recorded[] = [];
  let isReplayable = true;
  let clock = { nowMs: Date.now };
  const redis: World['redis'] = {
    ...world.redis,
    run(args) {
      const reply = world.redis.run(args);
      if (isReplayable) commands.push({ atMs: Math.floor(clock.nowMs()), args, reply });
      return reply;
    },
    restore(snapshot) {
      isReplayable = false;
      world.redis.restore(snapshot);
    },
  };
  const setRedisClock: World['setRedisClock'] = (given) => {
    clock = given;
    world.setRedisClock(given);
  };
  await simulate(seed, { ...world, redis, setRedisClock });
  return commands;
}

/** The script as of a fixed moment, whose keys do not expire by the server's clock meanwhile; Upstash's own line is taken off. */
const frozen = (script: string, atMs: number): string =>
  script
    .replace(/^#!lua[^\n]*/, '')
    .replaceAll("redis.call('TIME')", `{ '${Math.floor(atMs / 1_000)}', '${(atMs % 1_000) * 1_000}' }`)
    .replaceAll(/(['"])PEXPIRE\1/g, "'EXISTS'");

/** What the server is to be asked for a command of the run; undefined where that has no meaning there. */
function forServer(
  { args, atMs, reply }: Recorded,
  scripts: ReadonlyMap<string, string>,
): readonly string[] | undefined {
  const [name = '', script = '', ...rest] = args;
  const isForgotten = isError(reply) && reply.error.startsWith('NOSCRIPT');
  if (name === 'TIME' || name === 'SCRIPT' || isForgotten) return undefined;
  const isScript = name.toUpperCase().startsWith('EVAL');
  return isScript ? ['EVAL', frozen(scripts.get(script) ?? script, atMs), ...rest] : args;
}

describe.runIf(binary !== null)('what the simulator asks its Redis', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
  });

  it.each(seeds)('gets the same replies from redis-server, with seed %i', async (seed) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'redis-replay-'));
    const server = await startRedisServer({ binary: binary as string, dataDir });
    const options = { address: server.address, commandTimeoutMs: 5_000, queueMax: 100 };
    const connection = createRedisConnection(options);
    const scripts = new Map<string, string>();
    let compared = 0;
    for (const recorded of await record(seed, world)) {
      const [name, script = ''] = recorded.args;
      if (name?.toUpperCase() === 'EVAL')
        scripts.set(createHash('sha1').update(script, 'latin1').digest('hex'), script);
      const args = forServer(recorded, scripts);
      if (!args) continue;
      expect(await connection.execute(args), JSON.stringify(recorded.args.slice(2))).toEqual(recorded.reply);
      compared += 1;
    }
    await connection.close();
    await server.stop();
    rmSync(dataDir, { recursive: true });
    expect(compared).toBeGreaterThan(0);
  });
});
