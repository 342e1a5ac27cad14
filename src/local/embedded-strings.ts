/** Commands on strings and on keys of any type. */
import {
  addInt64,
  argument,
  type CommandTable,
  integerReply,
  OK,
  parseInt64,
  parseInteger,
  syntaxError,
} from './embedded-command.ts';
import { CommandError, type Keyspace } from './embedded-keyspace.ts';
import { globPattern } from './glob-pattern.ts';
import type { ByteString, Reply } from './redis-backend.ts';

export const stringCommands: CommandTable = {
  GET: { arity: 2, run: (keyspace, args) => bytesOf(keyspace, argument(args, 0)) },
  MGET: {
    arity: -2,
    run: (keyspace, args) =>
      args.map((key) => {
        const value = keyspace.get(key);
        return value?.type === 'string' ? value.bytes : null;
      }),
  },
  SET: { arity: -3, run: set },
  SETEX: { arity: 4, run: (keyspace, args) => setWithTtl(keyspace, args, 1000, 'setex') },
  PSETEX: { arity: 4, run: (keyspace, args) => setWithTtl(keyspace, args, 1, 'psetex') },
  SETNX: {
    arity: 3,
    run(keyspace, args) {
      const key = argument(args, 0);
      if (keyspace.get(key) !== undefined) return 0;
      keyspace.put(key, { type: 'string', bytes: argument(args, 1) });
      return 1;
    },
  },
  GETDEL: {
    arity: 2,
    run(keyspace, args) {
      const bytes = bytesOf(keyspace, argument(args, 0));
      keyspace.delete(argument(args, 0));
      return bytes;
    },
  },
  STRLEN: { arity: 2, run: (keyspace, args) => bytesOf(keyspace, argument(args, 0))?.length ?? 0 },
  APPEND: {
    arity: 3,
    run(keyspace, args) {
      const bytes = (bytesOf(keyspace, argument(args, 0)) ?? '') + argument(args, 1);
      keyspace.putBytes(argument(args, 0), bytes);
      return bytes.length;
    },
  },
  INCR: { arity: 2, run: (keyspace, args) => increment(keyspace, argument(args, 0), 1n) },
  DECR: { arity: 2, run: (keyspace, args) => increment(keyspace, argument(args, 0), -1n) },
  INCRBY: {
    arity: 3,
    run: (keyspace, args) => increment(keyspace, argument(args, 0), parseInt64(argument(args, 1))),
  },
  DECRBY: {
    arity: 3,
    run(keyspace, args) {
      const by = parseInt64(argument(args, 1));
      if (by === -(2n ** 63n)) throw new CommandError('ERR decrement would overflow');
      return increment(keyspace, argument(args, 0), -by);
    },
  },
};

export const keyCommands: CommandTable = {
  DEL: { arity: -2, run: (keyspace, args) => args.filter((key) => keyspace.delete(key)).length },
  UNLINK: { arity: -2, run: (keyspace, args) => args.filter((key) => keyspace.delete(key)).length },
  EXISTS: {
    arity: -2,
    run: (keyspace, args) => args.filter((key) => keyspace.get(key) !== undefined).length,
  },
  TYPE: { arity: 2, run: (keyspace, args) => ({ status: keyspace.get(argument(args, 0))?.type ?? 'none' }) },
  EXPIRE: { arity: -3, run: (keyspace, args) => expire(keyspace, args, 1000, keyspace.nowMs, 'expire') },
  PEXPIRE: { arity: -3, run: (keyspace, args) => expire(keyspace, args, 1, keyspace.nowMs, 'pexpire') },
  EXPIREAT: { arity: -3, run: (keyspace, args) => expire(keyspace, args, 1000, 0, 'expireat') },
  PEXPIREAT: { arity: -3, run: (keyspace, args) => expire(keyspace, args, 1, 0, 'pexpireat') },
  PERSIST: {
    arity: 2,
    run(keyspace, args) {
      const key = argument(args, 0);
      if (keyspace.expiresAtMs(key) === null) return 0;
      keyspace.setExpiry(key, null);
      return 1;
    },
  },
  PTTL: { arity: 2, run: (keyspace, args) => ttlMs(keyspace, argument(args, 0)) },
  TTL: {
    arity: 2,
    run(keyspace, args) {
      const left = ttlMs(keyspace, argument(args, 0));
      return left < 0 ? left : Math.floor((left + 500) / 1000);
    },
  },
  KEYS: {
    arity: 2,
    run(keyspace, args) {
      const pattern = globPattern(argument(args, 0));
      return keyspace.keys().filter((key) => pattern.test(key));
    },
  },
  SCAN: { arity: -2, run: scan },
  DBSIZE: { arity: 1, run: (keyspace) => keyspace.keys().length },
  FLUSHALL: { arity: -1, run: flush },
  FLUSHDB: { arity: -1, run: flush },
};

function bytesOf(keyspace: Keyspace, key: ByteString): ByteString | null {
  return keyspace.getAs(key, 'string')?.bytes ?? null;
}

function increment(keyspace: Keyspace, key: ByteString, by: bigint): Reply {
  const sum = addInt64(parseInt64(bytesOf(keyspace, key) ?? '0'), by);
  keyspace.putBytes(key, String(sum));
  return integerReply(sum);
}

interface SetOptions {
  readonly isOnlyIfAbsent: boolean;
  readonly isOnlyIfPresent: boolean;
  readonly isGetting: boolean;
  readonly isKeepingTtl: boolean;
  readonly expiresAtMs: number | null;
}

function set(keyspace: Keyspace, args: readonly ByteString[]): Reply {
  const key = argument(args, 0);
  const options = setOptions(args.slice(2), keyspace.nowMs);
  const previous = options.isGetting ? bytesOf(keyspace, key) : null;
  const isPresent = keyspace.get(key) !== undefined;
  const isRefused = isPresent ? options.isOnlyIfAbsent : options.isOnlyIfPresent;
  if (!isRefused) {
    const expiresAtMs = options.isKeepingTtl ? keyspace.expiresAtMs(key) : options.expiresAtMs;
    keyspace.put(key, { type: 'string', bytes: argument(args, 1) }, expiresAtMs);
  }
  if (options.isGetting) return previous;
  return isRefused ? null : OK;
}

function setOptions(words: readonly ByteString[], nowMs: number): SetOptions {
  const flags = new Set<string>();
  let expiresAtMs: number | null = null;
  for (let i = 0; i < words.length; i++) {
    const word = argument(words, i).toUpperCase();
    const unit = EXPIRY_OPTIONS[word];
    if (unit !== undefined) {
      if (flags.has('EXPIRY') || flags.has('KEEPTTL')) throw syntaxError();
      flags.add('EXPIRY');
      i += 1;
      expiresAtMs = expiryOf(argument(words, i), unit.factor, unit.isAbsolute ? 0 : nowMs, 'set');
    } else if (['NX', 'XX', 'GET', 'KEEPTTL'].includes(word)) flags.add(word);
    else throw syntaxError();
  }
  if (flags.has('NX') && flags.has('XX')) throw syntaxError();
  if (flags.has('KEEPTTL') && flags.has('EXPIRY')) throw syntaxError();
  return {
    isOnlyIfAbsent: flags.has('NX'),
    isOnlyIfPresent: flags.has('XX'),
    isGetting: flags.has('GET'),
    isKeepingTtl: flags.has('KEEPTTL'),
    expiresAtMs,
  };
}

const EXPIRY_OPTIONS: Readonly<Record<string, { readonly factor: number; readonly isAbsolute: boolean }>> = {
  EX: { factor: 1000, isAbsolute: false },
  PX: { factor: 1, isAbsolute: false },
  EXAT: { factor: 1000, isAbsolute: true },
  PXAT: { factor: 1, isAbsolute: true },
};

function expiryOf(text: ByteString, factor: number, fromMs: number, command: string): number {
  const duration = parseInteger(text);
  if (duration <= 0) throw new CommandError(`ERR invalid expire time in '${command}' command`);
  return fromMs + duration * factor;
}

function setWithTtl(keyspace: Keyspace, args: readonly ByteString[], factor: number, command: string): Reply {
  const expiresAtMs = expiryOf(argument(args, 1), factor, keyspace.nowMs, command);
  keyspace.put(argument(args, 0), { type: 'string', bytes: argument(args, 2) }, expiresAtMs);
  return OK;
}

/** Conditions as in Redis 7: a key without expiry counts as one that expires never. */
function expire(
  keyspace: Keyspace,
  args: readonly ByteString[],
  factor: number,
  fromMs: number,
  command: string,
): Reply {
  const key = argument(args, 0);
  const duration = parseInt64(argument(args, 1));
  const expiresAtMs = fromMs + Number(duration) * factor;
  if (!Number.isSafeInteger(expiresAtMs))
    throw new CommandError(`ERR invalid expire time in '${command}' command`);
  const flags = args.slice(2).map((word) => word.toUpperCase());
  const unknown = flags.find((flag) => !['NX', 'XX', 'GT', 'LT'].includes(flag));
  if (unknown !== undefined) throw new CommandError(`ERR Unsupported option ${args[2] ?? ''}`);
  const current = keyspace.expiresAtMs(key);
  const isRefused =
    (flags.includes('NX') && current !== null) ||
    (flags.includes('XX') && current === null) ||
    (flags.includes('GT') && (current === null || expiresAtMs <= current)) ||
    (flags.includes('LT') && current !== null && expiresAtMs >= current);
  if (isRefused) return 0;
  return keyspace.setExpiry(key, expiresAtMs) ? 1 : 0;
}

function ttlMs(keyspace: Keyspace, key: ByteString): number {
  if (keyspace.get(key) === undefined) return -2;
  const expiresAtMs = keyspace.expiresAtMs(key);
  return expiresAtMs === null ? -1 : expiresAtMs - keyspace.nowMs;
}

/** The whole keyspace in one page: a valid answer, since COUNT is a hint. */
function scan(keyspace: Keyspace, args: readonly ByteString[]): Reply {
  if (!/^\d+$/.test(argument(args, 0))) throw new CommandError('ERR invalid cursor');
  let pattern = /^/;
  let type: string | null = null;
  for (let i = 1; i < args.length; i += 2) {
    const word = argument(args, i).toUpperCase();
    const value = argument(args, i + 1);
    if (word === 'MATCH') pattern = globPattern(value);
    else if (word === 'TYPE') type = value.toLowerCase();
    else if (word !== 'COUNT') throw syntaxError();
  }
  const keys = keyspace
    .keys()
    .filter((key) => pattern.test(key) && (type === null || keyspace.get(key)?.type === type));
  return ['0', keys];
}

function flush(keyspace: Keyspace): Reply {
  keyspace.clear();
  return OK;
}
