/** The embedded store against the real server: the same random commands, the same answers. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisBackend, Reply } from '../../src/local/redis-backend.ts';
import { openEmbeddedRedis, openRealRedis, redisBinary } from './redis-backends.ts';
import type { OpenedBackend } from './redis-conformance.ts';

const key = fc.constantFrom('a', 'b', 'c');
const field = fc.constantFrom('f', 'g', 'h', '\u00ff\u0000');
const text = fc.constantFrom('', '0', '7', '-3', 'x', '1.5', '9223372036854775807', ' 1', '01', '\r\n\u00e9');
const integer = fc.constantFrom('0', '1', '-1', '5', '-9223372036854775808', 'x');
const score = fc.constantFrom('0', '1', '2.5', '-1', '3', 'inf', '-inf', '(1', 'x', '1e3');
const rank = fc.constantFrom('0', '1', '2', '-1', '-2', '-9', '9');
const streamId = fc.constantFrom('1-1', '1-2', '2-0', '2', '3-7', '5-*', '0-0', 'x');
const streamBound = fc.constantFrom('-', '+', '1-1', '(1-1', '2', '(2', '9');

const word = (value: string) => fc.constant(value);
const command = (...parts: fc.Arbitrary<string | string[]>[]) =>
  fc.tuple(...parts).map((chosen) => chosen.flat());
const some = (value: fc.Arbitrary<string>) => fc.array(value, { minLength: 1, maxLength: 3 });
const maybe = (...words: string[]) => fc.subarray(words);
const fieldPairs = fc.array(fc.tuple(field, text), { minLength: 1, maxLength: 3 }).map((list) => list.flat());
const scorePairs = fc
  .array(fc.tuple(score, field), { minLength: 1, maxLength: 3 })
  .map((list) => list.flat());
const limit = fc.constantFrom<string[][]>(
  [],
  ['LIMIT', '0', '2'],
  ['LIMIT', '1', '-1'],
  ['LIMIT', '-1', '1'],
);
const trim = fc.constantFrom<string[][]>(
  [],
  ['MAXLEN', '2'],
  ['MAXLEN', '=', '1'],
  ['MINID', '2'],
  ['NOMKSTREAM'],
);

/**
 * Seconds, hardly ever the same twice: GT and LT compare instants to the millisecond, and with equal lifetimes the
 * answer would be which millisecond of each store's own clock a command met.
 */
const lifetime = fc.integer({ min: 1, max: 1_000_000 }).map((n) => String(1_000 * n));

const onStrings = [
  command(word('GET'), key),
  command(word('SET'), key, text, maybe('NX', 'XX', 'GET', 'KEEPTTL')),
  command(
    word('SET'),
    key,
    text,
    fc.oneof(
      lifetime.map((seconds) => ['EX', seconds]),
      fc.constantFrom<string[]>(['PX', '0'], ['PX', 'x'], ['EX']),
    ),
  ),
  command(fc.constantFrom('INCR', 'DECR', 'STRLEN', 'GETDEL'), key),
  command(fc.constantFrom('INCRBY', 'DECRBY'), key, integer),
  command(fc.constantFrom('APPEND', 'SETNX'), key, text),
  command(word('MGET'), some(key)),
];
const onKeys = [
  command(fc.constantFrom('DEL', 'EXISTS'), some(key)),
  command(fc.constantFrom('TYPE', 'TTL', 'PERSIST'), key),
  command(
    word('EXPIRE'),
    key,
    fc.oneof(lifetime, fc.constantFrom('-1', 'x')),
    fc.constantFrom([], ['NX'], ['XX'], ['GT'], ['LT']),
  ),
  command(word('KEYS'), fc.constantFrom('*', 'a', '[ab]', '[^a]', '?', '\\a', 'a*b')),
  command(fc.constantFrom('DBSIZE', 'PING', 'NOPE')),
];
const onHashes = [
  command(fc.constantFrom('HSET', 'HMSET'), key, fieldPairs),
  command(fc.constantFrom('HGETALL', 'HLEN', 'HKEYS', 'HVALS'), key),
  command(fc.constantFrom('HGET', 'HEXISTS'), key, field),
  command(fc.constantFrom('HMGET', 'HDEL'), key, some(field)),
  command(word('HINCRBY'), key, field, integer),
  command(word('HSETNX'), key, field, text),
];
const onSets = [
  command(fc.constantFrom('SADD', 'SREM', 'SMISMEMBER'), key, some(field)),
  command(fc.constantFrom('SMEMBERS', 'SCARD'), key),
  command(word('SISMEMBER'), key, field),
];
const onSortedSets = [
  command(word('ZADD'), key, maybe('NX', 'XX', 'GT', 'LT', 'CH', 'INCR'), scorePairs),
  command(word('ZINCRBY'), key, score, field),
  command(word('ZREM'), key, some(field)),
  command(fc.constantFrom('ZSCORE', 'ZRANK'), key, field),
  command(word('ZCARD'), key),
  command(fc.constantFrom('ZCOUNT', 'ZREMRANGEBYSCORE'), key, score, score),
  command(
    fc.constantFrom('ZRANGEBYSCORE', 'ZREVRANGEBYSCORE'),
    key,
    score,
    score,
    maybe('WITHSCORES'),
    limit,
  ),
  command(word('ZRANGE'), key, score, score, word('BYSCORE'), maybe('REV', 'WITHSCORES'), limit),
  command(fc.constantFrom('ZRANGE', 'ZREVRANGE'), key, rank, rank, maybe('WITHSCORES')),
  command(word('ZREMRANGEBYRANK'), key, rank, rank),
];
const onLists = [
  command(fc.constantFrom('LPUSH', 'RPUSH'), key, some(text)),
  command(fc.constantFrom('LPOP', 'RPOP', 'LLEN'), key),
  command(fc.constantFrom('LRANGE', 'LTRIM'), key, rank, rank),
];
const onStreams = [
  command(word('XADD'), key, trim, streamId, fieldPairs),
  command(word('XLEN'), key),
  command(
    fc.constantFrom('XRANGE', 'XREVRANGE'),
    key,
    streamBound,
    streamBound,
    fc.constantFrom([], ['COUNT', '1']),
  ),
  command(word('XDEL'), key, some(fc.constantFrom('1-1', '2-0', '3-7'))),
  command(word('XTRIM'), key, fc.constantFrom(['MAXLEN', '1'], ['MINID', '2-0'], ['MAXLEN', 'x'])),
  command(
    word('XGROUP'),
    word('CREATE'),
    key,
    word('group'),
    fc.constantFrom('0', '$', '1-1'),
    maybe('MKSTREAM'),
  ),
  command(
    word('XREADGROUP'),
    fc.constant(['GROUP', 'group']),
    fc.constantFrom('one', 'two'),
    fc.constantFrom([], ['COUNT', '1']),
    maybe('NOACK'),
    word('STREAMS'),
    key,
    fc.constantFrom('>', '0', '1-1'),
  ),
  command(word('XACK'), key, word('group'), some(fc.constantFrom('1-1', '2-0', '3-7'))),
  command(
    word('XAUTOCLAIM'),
    key,
    word('group'),
    word('two'),
    word('0'),
    word('0'),
    fc.constantFrom([], ['COUNT', '1']),
  ),
  command(word('XPENDING'), key, word('group')),
];

const plain = fc.oneof(
  ...onStrings,
  ...onKeys,
  ...onHashes,
  ...onSets,
  ...onSortedSets,
  ...onLists,
  ...onStreams,
);

/** Scripts that call whatever command they are given, in the ways a script can. */
const SCRIPTS = [
  'return redis.call(unpack(ARGV))',
  'local reply = redis.pcall(unpack(ARGV))\nreturn {type(reply), reply}',
  "local reply = redis.call(unpack(ARGV))\nif type(reply) == 'table' then return {#reply, reply.ok or false} end\nreturn tostring(reply)",
  "redis.call('SET', 'a', 0.1) redis.call('HSET', 'b', 'n', 2^53, 'm', -1e300) return redis.call(unpack(ARGV))",
];
const scripted = fc
  .tuple(fc.constantFrom(...SCRIPTS), plain)
  .map(([source, args]) => ['EVAL', source, '0', ...args]);

const commands = fc.array(fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: scripted }), {
  minLength: 1,
  maxLength: 40,
  size: 'max',
});

/** Answers whose order Redis leaves open. */
const UNORDERED = ['SMEMBERS', 'KEYS'];

const isUnordered = (args: readonly string[]): boolean => args.some((arg) => UNORDERED.includes(arg));

const comparable = (args: readonly string[], reply: Reply): Reply =>
  isUnordered(args) ? sorted(reply) : withoutAdvice(reply);

const sorted = (reply: Reply): Reply =>
  Array.isArray(reply) ? reply.map(sorted).sort((a, b) => (String(a) < String(b) ? -1 : 1)) : reply;

/** NOGROUP goes on to say which command met it. */
const withoutAdvice = (reply: Reply): Reply => {
  if (Array.isArray(reply)) return reply.map(withoutAdvice);
  if (typeof reply !== 'object' || reply === null || !('error' in reply)) return reply;
  return { error: reply.error.replace(/^(NOGROUP \S+).*?( script: .*)?$/s, '$1$2') };
};

describe.skipIf(redisBinary === null)('the embedded store and redis-server', () => {
  let real: OpenedBackend;
  let embedded: OpenedBackend;
  beforeAll(async () => {
    [real, embedded] = await Promise.all([openRealRedis(), openEmbeddedRedis()]);
  });
  afterAll(() => Promise.all([real.close(), embedded.close()]));

  const answers = async (backend: RedisBackend, list: readonly string[][]): Promise<Reply[]> => {
    await backend.execute(['FLUSHALL']);
    const replies = await Promise.all(list.map((args) => backend.execute(args)));
    return replies.map((reply, index) => comparable(list[index] ?? [], reply));
  };

  it('give equal answers to the same commands', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        expect(await answers(embedded.backend, list)).toEqual(await answers(real.backend, list));
      }),
      { numRuns: Number(process.env['DIFFERENTIAL_RUNS'] ?? 500) },
    );
  });

  it('give equal answers to the same transactions', async () => {
    const transaction = fc.array(plain, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(transaction, async (list) => {
        const outcomes: Reply[] = [];
        for (const { backend } of [real, embedded]) {
          await backend.execute(['FLUSHALL']);
          const reply = await backend.transaction(list);
          outcomes.push(
            Array.isArray(reply) ? reply.map((item, index) => comparable(list[index] ?? [], item)) : reply,
          );
        }
        expect(outcomes[1]).toEqual(outcomes[0]);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    'return 1 +',
    "error('boom')",
    "error({err='CODE boom'})",
    "return {err='CODE returned'}",
    'return undefined_name',
    'created = 1',
    "return redis.call('NOPE')",
    "return redis.call('GET')",
    'return redis.call()',
    "return redis.call('SET', 'k', {})",
    "return redis.call('EVAL', 'return 1', 0)",
    '\n\nlocal t = nil\nreturn t.x',
    "return {ok='two words'}",
    "return redis.status_reply('fine')",
    "return redis.error_reply('-CODE text')",
    "return redis.sha1hex('abc')",
    'return 3.99',
    'return -0.5',
    'return 1e300',
    'return {1, 2, nil, 4}',
    "return {a = 1, 'b'}",
    "return cjson.encode({1, 2, {a = 'x/\"y', b = cjson.null}, 1.5, 100000000000000000000, {}})",
    'return cjson.decode(\'{"a": [1, {"b": null}], "c": "\\\\u00e9"}\').a[1]',
    "return tostring(cjson.decode('[null]')[1] == cjson.null)",
    "return {tostring(1/3), tostring(1e15), 2^53 .. '', string.format('%.3f', 2.0005)}",
    "local co = coroutine.wrap(function() coroutine.yield(redis.call('SET', 'k', 'v')) end)\nco()\nreturn redis.call('GET', 'k')",
    "return select(2, pcall(redis.call, 'INCR', 'k')).err",
  ])('run %j alike', async (source) => {
    const args = ['EVAL', source, '0'];
    for (const { backend } of [real, embedded]) await backend.execute(['FLUSHALL']);
    expect(await embedded.backend.execute(args)).toEqual(await real.backend.execute(args));
  });
});
