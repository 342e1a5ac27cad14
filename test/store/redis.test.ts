import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createEmbeddedRedis } from '../../src/local/embedded-redis.ts';
import { createUpstashGateway } from '../../src/local/upstash-gateway.ts';
import { createRedis } from '../../src/store/redis.ts';
import { createRedisScript } from '../../src/store/redis-script.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serving(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const sleep = (durationMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
const client = (url: string, deadlineMs = 5_000) =>
  createRedis({ url, token: 'secret', fetch, timers: { sleep }, deadlineMs });

describe('the Redis client', () => {
  it('speaks the REST protocol, with its token', async () => {
    const seen: unknown[] = [];
    const url = await serving((request, response) => {
      request.on('data', (chunk) =>
        seen.push(request.method, request.url, request.headers.authorization, String(chunk)),
      );
      request.on('end', () => response.end('{"result":"OK"}'));
    });
    expect(await client(`${url}/`).set('key', 'value')).toBe('OK');
    expect(seen).toEqual(['POST', '/', 'Bearer secret', '["set","key","value"]']);
  });

  it('sends a command whose reply was lost exactly once', async () => {
    let calls = 0;
    const url = await serving((request) => {
      calls += 1;
      request.socket.destroy();
    });
    await expect(client(url).incr('key')).rejects.toThrow();
    expect(calls).toBe(1);
  });

  it('gives up at its deadline, and ends the call', async () => {
    const ended = Promise.withResolvers<void>();
    const url = await serving((request) => request.on('close', () => ended.resolve()).resume());
    await expect(client(url, 30).get('key')).rejects.toThrow('within 30 ms');
    await ended.promise;
  });

  it.each([
    [200, '<html>'],
    [200, ''],
    [200, '{"result"'],
    [200, '{}'],
    [200, '[{}]'],
    [200, '[{"result":1},null]'],
    [200, '"OK"'],
    [200, 'null'],
    [200, '{"error":"ERR no"}'],
    [400, '{"error":"NOSCRIPT No matching script"}'],
    [401, '{"error":"WRONGPASS"}'],
    [502, '<html>'],
    [500, '{"result":"OK"}'],
    [204, ''],
    [307, '{"result":"OK"}'],
  ])('throws on status %d with %j', async (status, text) => {
    const url = await serving((request, response) => {
      request.resume();
      response.writeHead(status, { location: 'http://127.0.0.1:1/' });
      response.end(text);
    });
    await expect(client(url).get('key')).rejects.toThrow();
  });

  it('leaves what was stored as it was, and runs pipelines, over the local gateway', async () => {
    const store = await createEmbeddedRedis({ clock: { nowMs: Date.now } });
    const gateway = createUpstashGateway({ store, token: 'secret' });
    const { url } = await gateway.listen(0, '127.0.0.1');
    const redis = client(url);
    await redis.set('flag', 'true');
    await redis.set('price', '1.10');
    expect([await redis.get('flag'), await redis.get('price'), await redis.get('nothing')]).toEqual([
      'true',
      '1.10',
      null,
    ]);
    expect(await redis.pipeline().set('a', '[1]').get('a').exec()).toEqual(['OK', '[1]']);
    expect(await redis.multi().incr('n').incr('n').exec()).toEqual([1, 2]);
    await gateway.close();
    await store.close();
  });
});

describe('a script', () => {
  const source = "return { 'key', KEYS[1], 'argument', ARGV[1] }";

  it('is sent in full once, then by its SHA-1, and again when Redis has forgotten it', async () => {
    const store = await createEmbeddedRedis({ clock: { nowMs: Date.now } });
    const sent: unknown[] = [];
    const gateway = createUpstashGateway({
      store: {
        ...store,
        execute: (args) => {
          sent.push(args[0]);
          return store.execute(args);
        },
      },
      token: 'secret',
    });
    const { url } = await gateway.listen(0, '127.0.0.1');
    const script = createRedisScript(client(url), source);
    const run = async () => {
      const reply = await script.run(['k'], ['1.10']);
      return reply.ok ? Object.fromEntries(reply.value) : reply.error;
    };
    expect(await run()).toEqual({ key: 'k', argument: '1.10' });
    expect(await run()).toEqual({ key: 'k', argument: '1.10' });
    store.run(['SCRIPT', 'FLUSH']);
    expect(await run()).toEqual({ key: 'k', argument: '1.10' });
    expect(sent).toEqual(['eval', 'evalsha', 'evalsha', 'eval']);
    await gateway.close();
    await store.close();
  });

  it('that fails inside Redis is an error, not a throw', async () => {
    const store = await createEmbeddedRedis({ clock: { nowMs: Date.now } });
    const gateway = createUpstashGateway({ store, token: 'secret' });
    const { url } = await gateway.listen(0, '127.0.0.1');
    const reply = await createRedisScript(client(url), "return redis.error_reply('ERR broken')").run([], []);
    expect(reply).toMatchObject({ ok: false, error: expect.stringContaining('broken') });
    await gateway.close();
    await store.close();
  });
});
