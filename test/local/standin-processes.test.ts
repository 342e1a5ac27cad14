/** The stand-ins as the launcher runs them: processes that say when they are ready, end in order, or are killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createClient } from '@libsql/client/web';
import { Redis } from '@upstash/redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redisBinary } from './redis-backends.ts';

interface Standin {
  readonly child: ChildProcess;
  readonly ready: {
    readonly url: string;
    readonly token: string;
    readonly backend?: string;
    readonly redisPid?: number;
  };
  readonly exited: Promise<unknown[]>;
}

let directory = '';
const started: Standin[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'standin-test-'));
});
afterEach(async () => {
  for (const { child, exited } of started.splice(0)) {
    child.kill('SIGTERM');
    await exited;
  }
  rmSync(directory, { recursive: true });
});

async function start(name: string, ...args: string[]): Promise<Standin> {
  const path = fileURLToPath(new URL(`../../src/local/${name}`, import.meta.url));
  const child = spawn(process.execPath, [path, '--data', directory, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const standin = { child, exited, ready: JSON.parse(String(line)) };
  started.push(standin);
  return standin;
}

const redisOf = ({ ready }: Standin): Redis =>
  new Redis({ url: ready.url, token: ready.token, retry: false });

describe('standin-libsql', () => {
  it('ends with 0 on SIGTERM and on SIGINT', async () => {
    const first = await start('standin-libsql.ts');
    first.child.kill('SIGTERM');
    expect(await first.exited).toEqual([0, null]);
    const second = await start('standin-libsql.ts');
    second.child.kill('SIGINT');
    expect(await second.exited).toEqual([0, null]);
  });

  it('loses nothing it acknowledged when it is killed and started again on its port', async () => {
    const first = await start('standin-libsql.ts');
    const client = createClient({ url: first.ready.url, authToken: first.ready.token });
    await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    for (let id = 1; id <= 50; id++) await client.execute({ sql: 'INSERT INTO t VALUES (?)', args: [id] });
    first.child.kill('SIGKILL');
    await first.exited;
    await start('standin-libsql.ts', '--port', new URL(first.ready.url).port);
    expect((await client.execute('SELECT count(*) AS n FROM t')).rows[0]?.['n']).toBe(50);
  });
});

describe('standin-redis with the embedded store', () => {
  it('says what serves, and keeps its data over an orderly stop', async () => {
    const first = await start('standin-redis.ts', '--embedded');
    expect(first.ready.backend).toBe('embedded');
    await redisOf(first).set('k', 'v');
    first.child.kill('SIGTERM');
    expect(await first.exited).toEqual([0, null]);
    const second = await start('standin-redis.ts', '--embedded');
    expect(await redisOf(second).get('k')).toBe('v');
  });
});

describe.skipIf(redisBinary === null)('standin-redis with redis-server', () => {
  it('starts a redis-server again that was killed, without losing what was acknowledged', async () => {
    const standin = await start('standin-redis.ts');
    const redis = redisOf(standin);
    for (let i = 0; i < 50; i++) await redis.incr('n');
    process.kill(standin.ready.redisPid ?? 0, 'SIGKILL');
    await expect.poll(() => redis.get('n').catch(() => null), { timeout: 10_000 }).toBe(50);
  });

  it('loses nothing it acknowledged when it is killed itself', async () => {
    const first = await start('standin-redis.ts');
    for (let i = 0; i < 50; i++) await redisOf(first).incr('n');
    first.child.kill('SIGKILL');
    await first.exited;
    const second = await start('standin-redis.ts');
    expect(await redisOf(second).get('n')).toBe(50);
  });

  it('takes its redis-server with it when it ends', async () => {
    const standin = await start('standin-redis.ts');
    standin.child.kill('SIGTERM');
    expect(await standin.exited).toEqual([0, null]);
    expect(() => process.kill(standin.ready.redisPid ?? 0, 0)).toThrow(/ESRCH/);
  });
});
