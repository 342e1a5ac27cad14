import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from '@upstash/redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisUnavailable } from '../../src/local/redis-backend.ts';
import { createRedisConnection } from '../../src/local/redis-connection.ts';
import { type RedisServer, startRedisServer } from '../../src/local/redis-server.ts';
import { createUpstashGateway } from '../../src/local/upstash-gateway.ts';
import { redisBinary } from './redis-backends.ts';

let directory = '';
const closing: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'redis-test-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(directory, { recursive: true });
});

describe.skipIf(redisBinary === null)('the gateway over a Redis that fails', () => {
  const start = async (): Promise<RedisServer> => {
    const server = await startRedisServer({ binary: redisBinary ?? '', dataDir: directory });
    closing.push(() => server.stop());
    return server;
  };

  const serve = async (server: RedisServer, commandTimeoutMs: number): Promise<Redis> => {
    const backend = createRedisConnection({ address: server.address, commandTimeoutMs, queueMax: 100 });
    const gateway = createUpstashGateway({ store: backend, token: 't' });
    const { url } = await gateway.listen(0, '127.0.0.1');
    closing.push(async () => {
      await gateway.close();
      await backend.close();
    });
    return new Redis({ url, token: 't', retry: false });
  };

  it('serves again after kill -9 and a restart, with all that was acknowledged', async () => {
    const first = await start();
    const redis = await serve(first, 10_000);
    for (let i = 1; i <= 200; i++) await redis.incr('n');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const waiting = redis.incr('n');
    await start();
    expect(await waiting).toBe(201);
    expect(await redis.incr('n')).toBe(202);
  });

  it('answers 503 while Redis is away, and works when it is back', async () => {
    const first = await start();
    const redis = await serve(first, 100);
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    await expect(redis.get('k')).rejects.toThrow(/did not answer within 100 ms/);
    await start();
    await expect.poll(() => redis.set('k', 'v').catch(() => null), { timeout: 10_000 }).toBe('OK');
  });

  it('answers 503 when Redis is stopped, and works when it goes on', async () => {
    const server = await start();
    const redis = await serve(server, 200);
    await redis.set('k', 'v');
    process.kill(server.pid, 'SIGSTOP');
    const outcomes = await Promise.allSettled([redis.get('k'), redis.get('k')]);
    process.kill(server.pid, 'SIGCONT');
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    await expect.poll(() => redis.get('k').catch(() => null), { timeout: 10_000 }).toBe('v');
  });

  it('shuts a Redis down that an earlier parent left on the directory, without losing its data', async () => {
    const left = await start();
    const redis = await serve(left, 10_000);
    await redis.set('k', 'v');
    const next = await startRedisServer({ binary: redisBinary ?? '', dataDir: directory });
    closing.push(() => next.stop());
    await left.exited;
    expect(next.pid).not.toBe(left.pid);
    await expect.poll(() => redis.get('k').catch(() => null), { timeout: 10_000 }).toBe('v');
  });
});

describe('a connection to Redis', () => {
  /** A server that greets like Redis, and does with every later frame what the test says. */
  const listen = async (
    answer: (socket: Socket, frame: string, link: number) => void,
  ): Promise<{ path: string }> => {
    const sockets: Socket[] = [];
    const server: Server = createServer((socket) => {
      sockets.push(socket);
      const link = sockets.length;
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.on('data', (chunk) => answer(socket, String(chunk), link));
        socket.write('+PONG\r\n');
      });
    });
    const path = join(directory, 'fake.sock');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
    return { path };
  };

  const connectTo = (address: { path: string }, commandTimeoutMs = 10_000, queueMax = 10) => {
    const connection = createRedisConnection({ address, commandTimeoutMs, queueMax });
    closing.push(() => connection.close());
    return connection;
  };

  it('fails what is on the wire when the link breaks, and does not send it twice', async () => {
    const received: string[] = [];
    const address = await listen((socket, frame, link) => {
      received.push(frame);
      if (link === 1) socket.destroy();
      else socket.write('$4\r\nback\r\n');
    });
    const connection = connectTo(address);
    await expect(connection.execute(['INCR', 'n'])).rejects.toThrow(RedisUnavailable);
    expect(await connection.execute(['GET', 'k'])).toBe('back');
    expect(received.filter((frame) => frame.includes('INCR'))).toHaveLength(1);
  });

  it('never sends a command whose time was over before there was a link', async () => {
    const connection = connectTo({ path: join(directory, 'fake.sock') }, 50);
    await expect(connection.execute(['INCR', 'n'])).rejects.toThrow(/50 ms/);
    const received: string[] = [];
    await listen((socket, frame) => {
      received.push(frame);
      socket.write('+OK\r\n');
    });
    await expect
      .poll(() => connection.execute(['GET', 'k']).catch(() => null), { timeout: 10_000 })
      .not.toBeNull();
    expect(received.join('')).not.toContain('INCR');
  });

  it('takes a Redis that is still loading its file for one that is away', async () => {
    let greetings = 0;
    const server = createServer((socket) => {
      greetings += 1;
      socket.on('error', () => undefined);
      const isLoading = greetings < 3;
      socket.on('data', () => socket.write(isLoading ? '-LOADING the dataset\r\n' : '+PONG\r\n'));
    });
    const path = join(directory, 'loading.sock');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    expect(await connectTo({ path }).execute(['PING'])).toEqual({ status: 'PONG' });
    expect(greetings).toBe(3);
  });

  it('refuses at once what its queue has no room for', async () => {
    const connection = connectTo({ path: join(directory, 'nobody.sock') }, 10_000, 2);
    const waiting = [connection.execute(['PING']), connection.execute(['PING'])];
    await expect(connection.execute(['PING'])).rejects.toThrow(/2 commands are already waiting/);
    await connection.close();
    for (const outcome of await Promise.allSettled(waiting)) expect(outcome.status).toBe('rejected');
  });

  it('reads replies cut at any byte', async () => {
    const bytes = '*3\r\n:1\r\n$5\r\na\r\nbc\r\n*-1\r\n';
    const address = await listen(async (socket) => {
      socket.setNoDelay(true);
      for (const byte of bytes) await new Promise((resolve) => socket.write(byte, resolve));
    });
    expect(await connectTo(address).execute(['ANY'])).toEqual([1, 'a\r\nbc', null]);
  });

  it('drops a link that begins to speak another protocol', async () => {
    const address = await listen((socket) => socket.write('HTTP/1.1 400 Bad\r\n'));
    await expect(connectTo(address).execute(['GET', 'k'])).rejects.toThrow(RedisUnavailable);
  });
});
