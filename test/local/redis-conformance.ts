/** What every backend of the Upstash gateway must do, said by the client libraries that will use it. */
import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RedisBackend } from '../../src/local/redis-backend.ts';
import { createUpstashGateway } from '../../src/local/upstash-gateway.ts';

/** A backend that is ready, and what ends everything that was started for it. */
export interface OpenedBackend {
  readonly backend: RedisBackend;
  close(): Promise<void>;
}

const TOKEN = 'conformance';

export function describeRedisConformance(
  name: string,
  isSkipped: boolean,
  open: () => Promise<OpenedBackend>,
): void {
  describe.skipIf(isSkipped)(`the Upstash gateway over ${name}`, () => {
    let url = '';
    let close = async (): Promise<void> => undefined;

    beforeAll(async () => {
      const opened = await open();
      const gateway = createUpstashGateway({ store: opened.backend, token: TOKEN });
      url = (await gateway.listen(0, '127.0.0.1')).url;
      close = async () => {
        await gateway.close();
        await opened.close();
      };
    });
    afterAll(() => close());
    beforeEach(async () => {
      await client().flushall();
    });

    const client = (options: object = {}): Redis =>
      new Redis({ url, token: TOKEN, retry: false, ...options });

    const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
        body: JSON.stringify(body),
      });

    commandTests(client, post);
    scriptTests(client);
    protocolTests(() => url, client, post);
    ratelimitTests(client);
  });
}

type Client = (options?: object) => Redis;
type Post = (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>;

function commandTests(client: Client, post: Post): void {
  it('keeps text of every script and bytes that are not text', async () => {
    const redis = client({ automaticDeserialization: false });
    await redis.set('schlüssel', 'größer als 漢字 🙂');
    expect(await redis.get('schlüssel')).toBe('größer als 漢字 🙂');
    const bytes = await post('/', ['EVAL', 'return string.char(0, 255, 10) .. ARGV[1]', 0, 'x'], {
      'upstash-encoding': 'base64',
    });
    expect(await bytes.json()).toEqual({ result: Buffer.from([0, 255, 10, 120]).toString('base64') });
  });

  it('answers conditional SET, with the old value when asked', async () => {
    const redis = client();
    expect(await redis.set('k', 'a', { nx: true, px: 60_000 })).toBe('OK');
    expect(await redis.set('k', 'b', { nx: true })).toBeNull();
    expect(await redis.set('k', 'c', { get: true, keepTtl: true })).toBe('a');
    expect(await redis.pttl('k')).toBeGreaterThan(0);
    expect(await redis.set('absent', 'x', { xx: true })).toBeNull();
  });

  it('keeps hashes, sets, sorted sets, lists and streams', async () => {
    const redis = client();
    expect(await redis.hset('h', { a: 1, b: 'two' })).toBe(2);
    expect(await redis.hgetall('h')).toEqual({ a: 1, b: 'two' });
    expect(await redis.hincrby('h', 'a', 41)).toBe(42);
    expect(await redis.sadd('s', 'x', 'y', 'x')).toBe(2);
    expect(await redis.smismember('s', ['x', 'z'])).toEqual([1, 0]);
    await redis.zadd('z', { score: 2, member: 'b' }, { score: 1, member: 'a' }, { score: 3.5, member: 'c' });
    expect(await redis.zrange('z', '(1', '+inf', { byScore: true, withScores: true })).toEqual([
      'b',
      2,
      'c',
      3.5,
    ]);
    expect(await redis.rpush('l', 'a', 'b', 'c')).toBe(3);
    expect(await redis.lrange('l', -2, -1)).toEqual(['b', 'c']);
    await redis.xadd('x', '1-1', { field: 'value' });
    expect(await redis.xrange('x', '-', '+')).toEqual({ '1-1': { field: 'value' } });
  });

  it('delivers a stream to a group once, and a dead consumer’s entries to another', async () => {
    const redis = client({ automaticDeserialization: false });
    await redis.xadd('outbox', '1-0', { n: 1 });
    await redis.xadd('outbox', '2-0', { n: 2 });
    await redis.xgroup('outbox', { type: 'CREATE', group: 'drain', id: '0' });
    const first = await redis.xreadgroup('drain', 'one', 'outbox', '>', { count: 1 });
    expect(first).toEqual([['outbox', [['1-0', ['n', '1']]]]]);
    const second = await redis.xreadgroup('drain', 'two', 'outbox', '>');
    expect(second).toEqual([['outbox', [['2-0', ['n', '2']]]]]);
    expect(await redis.xack('outbox', 'drain', '2-0')).toBe(1);
    expect(await redis.xautoclaim('outbox', 'drain', 'two', 0, '0-0')).toEqual([
      '0-0',
      [['1-0', ['n', '1']]],
      [],
    ]);
  });

  it('names the type error when a command meets a value of another type', async () => {
    const redis = client();
    await redis.set('k', 'text');
    await expect(redis.hget('k', 'f')).rejects.toThrow(/WRONGTYPE/);
  });

  it('answers unknown commands and wrong argument counts as errors', async () => {
    expect((await post('/', ['NOPE', 'a'])).status).toBe(400);
    expect(await (await post('/', ['GET'])).json()).toEqual({
      error: "ERR wrong number of arguments for 'get' command",
    });
  });
}

function scriptTests(client: Client): void {
  it('runs a script by its SHA-1 once it knows it, and says NOSCRIPT before', async () => {
    const redis = client();
    const source = `return {KEYS[1], ARGV[1], ${JSON.stringify(`fresh-${Math.random()}`)}}`;
    const script = redis.createScript<string[]>(source);
    await expect(redis.evalsha(script.sha1, ['k'], ['v'])).rejects.toThrow(/NOSCRIPT/);
    expect((await script.exec(['k'], ['v'])).slice(0, 2)).toEqual(['k', 'v']);
    expect((await redis.evalsha<[], string[]>(script.sha1, ['k'], [])).slice(0, 1)).toEqual(['k']);
    expect(await redis.scriptExists(script.sha1, 'f'.repeat(40))).toEqual([1, 0]);
    expect(await redis.scriptLoad(source)).toBe(script.sha1);
  });

  it('runs scripts written for Upstash under the SHA-1 of what the client sent', async () => {
    const redis = client();
    const source = "#!lua flags=allow-key-locking\nreturn redis.call('INCR', KEYS[1])";
    const sha1 = await redis.scriptLoad(source);
    expect(await redis.evalsha(sha1, ['n'], [])).toBe(1);
    expect(await redis.eval(source, ['n'], [])).toBe(2);
    expect(await redis.scriptExists(sha1)).toEqual([1]);
    const [again] = await redis.pipeline().evalsha(sha1, ['n'], []).exec<[number]>();
    expect(again).toBe(3);
  });

  it('converts between Lua and Redis as Redis does', async () => {
    const redis = client();
    const reply = await redis.eval("return {1, 2.9, -2.9, 'a', true, false, {ok='fine'}, nil, 4}", [], []);
    expect(reply).toEqual([1, 2, -2, 'a', 1, null, 'fine']);
    expect(await redis.eval("return type(redis.call('GET', 'absent'))", [], [])).toBe('boolean');
    await expect(redis.eval("return redis.error_reply('SOME code')", [], [])).rejects.toThrow(/SOME code/);
  });

  it('gives a script the time, but no globals of its own and no system', async () => {
    const redis = client();
    const time = await redis.eval<[], number[]>("return redis.call('TIME')", [], []);
    expect(time.every(Number.isSafeInteger)).toBe(true);
    await expect(redis.eval('leak = 1', [], [])).rejects.toThrow(/readonly table/);
    await expect(redis.eval('return os', [], [])).rejects.toThrow(/nonexistent global variable 'os'|nil/);
  });
}

function protocolTests(url: () => string, client: Client, post: Post): void {
  it('refuses a missing or wrong token with 401', async () => {
    await expect(new Redis({ url: url(), token: 'wrong', retry: false }).get('k')).rejects.toThrow(
      /WRONGPASS/,
    );
    expect((await fetch(url(), { method: 'POST', body: '["PING"]' })).status).toBe(401);
  });

  it('answers a pipeline in order, each command with its own result or error', async () => {
    const response = await post('/pipeline', [
      ['SET', 'k', 'v'],
      ['INCR', 'k'],
      ['GET', 'k'],
    ]);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([
      { result: 'OK' },
      { error: 'ERR value is not an integer or out of range' },
      { result: 'v' },
    ]);
  });

  it('sends what was asked in one turn as one automatic pipeline', async () => {
    const redis = client();
    const counts = await Promise.all(Array.from({ length: 50 }, () => redis.incr('n')));
    expect(counts).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  it('executes a transaction as one, with the errors of single commands in place', async () => {
    expect(await client().multi().set('a', 1).incr('a').get('a').exec()).toEqual(['OK', 2, 2]);
    const mixed = await post('/multi-exec', [
      ['SET', 'k', 'v'],
      ['INCR', 'k'],
    ]);
    expect(await mixed.json()).toEqual([
      { result: 'OK' },
      { error: 'ERR value is not an integer or out of range' },
    ]);
  });

  it('discards a whole transaction that has a command it does not know', async () => {
    const response = await post('/multi-exec', [['SET', 'k', 'v'], ['NOPE']]);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.stringMatching(/^EXECABORT/) });
    expect(await client().exists('k')).toBe(0);
  });

  it('encodes every string but OK when asked for base64, at any depth', async () => {
    const response = await post(
      '/pipeline',
      [
        ['SET', 'k', 'OK'],
        ['EVAL', "return {1, {'deep', false}, {ok='PONG'}}", '0'],
        ['GET', 'absent'],
      ],
      { 'upstash-encoding': 'base64' },
    );
    expect(await response.json()).toEqual([
      { result: 'OK' },
      { result: [1, [btoa('deep'), null], btoa('PONG')] },
      { result: null },
    ]);
  });

  it('answers integers beyond 2^53 with all their digits', async () => {
    await post('/', ['SET', 'n', '9223372036854775806']);
    expect(await (await post('/', ['INCR', 'n'])).text()).toBe('{"result":9223372036854775807}');
  });

  it('answers a sync token with each result', async () => {
    expect((await post('/', ['PING'])).headers.get('upstash-sync-token')).toMatch(/^[0-9a-z]+$/);
  });

  it.each([
    ['no JSON', '{'],
    ['no array', '{"a":1}'],
    ['an empty command', '[]'],
    ['an object for an argument', '["SET","k",{}]'],
  ])('refuses a body that is %s with 400', async (_name, body) => {
    const response = await fetch(url(), {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body,
    });
    expect(response.status).toBe(400);
  });

  it.each([
    ['SUBSCRIBE', 'c'],
    ['BLPOP', 'l', '0'],
    ['XREAD', 'BLOCK', '0', 'STREAMS', 's', '$'],
    ['SELECT', '1'],
  ])('refuses %s, which would hold the shared connection', async (...command) => {
    expect(await (await post('/', command)).json()).toMatchObject({
      error: expect.stringMatching(/^ERR Command is not available/),
    });
  });
}

function ratelimitTests(client: Client): void {
  const limiters = {
    tokenBucket: Ratelimit.tokenBucket(3, '1 h', 3),
    fixedWindow: Ratelimit.fixedWindow(3, '1 h'),
    slidingWindow: Ratelimit.slidingWindow(3, '1 h'),
  };
  it.each(Object.entries(limiters))('admits exactly the limit of %s', async (_name, limiter) => {
    const ratelimit = new Ratelimit({ redis: client(), limiter, timeout: 0, ephemeralCache: false });
    const admitted: boolean[] = [];
    for (let i = 0; i < 5; i++) admitted.push((await ratelimit.limit('caller')).success);
    expect(admitted).toEqual([true, true, true, false, false]);
    expect((await ratelimit.getRemaining('caller')).remaining).toBe(0);
    await ratelimit.resetUsedTokens('caller');
    expect((await ratelimit.limit('caller')).success).toBe(true);
  });
}
