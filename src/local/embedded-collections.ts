/** Commands on hashes, sets and lists. */
import {
  addInt64,
  argument,
  type CommandTable,
  integerReply,
  OK,
  pairs,
  parseInt64,
  parseInteger,
} from './embedded-command.ts';
import { CommandError, type Keyspace } from './embedded-keyspace.ts';
import type { ByteString, Reply } from './redis-backend.ts';

export const hashCommands: CommandTable = {
  HSET: { arity: -4, run: (keyspace, args) => hashSet(keyspace, args, 'hset') },
  HMSET: {
    arity: -4,
    run(keyspace, args) {
      hashSet(keyspace, args, 'hmset');
      return OK;
    },
  },
  HSETNX: {
    arity: 4,
    run(keyspace, args) {
      const fields = hashAt(keyspace, argument(args, 0));
      if (fields?.has(argument(args, 1))) return 0;
      return hashSet(keyspace, args, 'hsetnx');
    },
  },
  HGET: {
    arity: 3,
    run: (keyspace, args) => hashAt(keyspace, argument(args, 0))?.get(argument(args, 1)) ?? null,
  },
  HMGET: {
    arity: -3,
    run(keyspace, args) {
      const fields = hashAt(keyspace, argument(args, 0));
      return args.slice(1).map((field) => fields?.get(field) ?? null);
    },
  },
  HGETALL: { arity: 2, run: (keyspace, args) => [...(hashAt(keyspace, argument(args, 0)) ?? [])].flat() },
  HKEYS: { arity: 2, run: (keyspace, args) => [...(hashAt(keyspace, argument(args, 0))?.keys() ?? [])] },
  HVALS: { arity: 2, run: (keyspace, args) => [...(hashAt(keyspace, argument(args, 0))?.values() ?? [])] },
  HLEN: { arity: 2, run: (keyspace, args) => hashAt(keyspace, argument(args, 0))?.size ?? 0 },
  HEXISTS: {
    arity: 3,
    run: (keyspace, args) => (hashAt(keyspace, argument(args, 0))?.has(argument(args, 1)) ? 1 : 0),
  },
  HDEL: {
    arity: -3,
    run(keyspace, args) {
      const key = argument(args, 0);
      const fields = hashAt(keyspace, key);
      if (fields === undefined) return 0;
      const count = args.slice(1).filter((field) => fields.delete(field)).length;
      keyspace.deleteIfEmpty(key, fields.size);
      return count;
    },
  },
  HINCRBY: {
    arity: 4,
    run(keyspace, args) {
      const by = parseInt64(argument(args, 2));
      const field = argument(args, 1);
      const current = hashAt(keyspace, argument(args, 0))?.get(field) ?? '0';
      const sum = addInt64(parseInt64(current, 'ERR hash value is not an integer'), by);
      hashToWrite(keyspace, argument(args, 0)).set(field, String(sum));
      return integerReply(sum);
    },
  },
};

export const setCommands: CommandTable = {
  SADD: {
    arity: -3,
    run(keyspace, args) {
      const { members } = keyspace.getOrPut(argument(args, 0), 'set', () => ({
        type: 'set',
        members: new Set(),
      }));
      const before = members.size;
      for (const member of args.slice(1)) members.add(member);
      return members.size - before;
    },
  },
  SREM: {
    arity: -3,
    run(keyspace, args) {
      const key = argument(args, 0);
      const members = setAt(keyspace, key);
      if (members === undefined) return 0;
      const count = args.slice(1).filter((member) => members.delete(member)).length;
      keyspace.deleteIfEmpty(key, members.size);
      return count;
    },
  },
  SMEMBERS: { arity: 2, run: (keyspace, args) => [...(setAt(keyspace, argument(args, 0)) ?? [])] },
  SCARD: { arity: 2, run: (keyspace, args) => setAt(keyspace, argument(args, 0))?.size ?? 0 },
  SISMEMBER: {
    arity: 3,
    run: (keyspace, args) => (setAt(keyspace, argument(args, 0))?.has(argument(args, 1)) ? 1 : 0),
  },
  SMISMEMBER: {
    arity: -3,
    run(keyspace, args) {
      const members = setAt(keyspace, argument(args, 0));
      return args.slice(1).map((member) => (members?.has(member) ? 1 : 0));
    },
  },
};

export const listCommands: CommandTable = {
  RPUSH: { arity: -3, run: (keyspace, args) => listToWrite(keyspace, args).push(...args.slice(1)) },
  LPUSH: {
    arity: -3,
    run: (keyspace, args) => listToWrite(keyspace, args).unshift(...args.slice(1).reverse()),
  },
  LPOP: { arity: 2, run: (keyspace, args) => take(keyspace, args, (items) => items.shift()) },
  RPOP: { arity: 2, run: (keyspace, args) => take(keyspace, args, (items) => items.pop()) },
  LLEN: {
    arity: 2,
    run: (keyspace, args) => keyspace.getAs(argument(args, 0), 'list')?.items.length ?? 0,
  },
  LRANGE: {
    arity: 4,
    run(keyspace, args) {
      const range = [parseInteger(argument(args, 1)), parseInteger(argument(args, 2))] as const;
      return sliceByRank(keyspace.getAs(argument(args, 0), 'list')?.items ?? [], ...range);
    },
  },
  LTRIM: {
    arity: 4,
    run(keyspace, args) {
      const key = argument(args, 0);
      const range = [parseInteger(argument(args, 1)), parseInteger(argument(args, 2))] as const;
      const list = keyspace.getAs(key, 'list');
      if (list === undefined) return OK;
      const kept = sliceByRank(list.items, ...range);
      list.items.splice(0, list.items.length, ...kept);
      keyspace.deleteIfEmpty(key, kept.length);
      return OK;
    },
  },
};

/** Redis' inclusive ranges, negative ones counted from the end. */
export function sliceByRank<T>(items: readonly T[], first: number, last: number): T[] {
  const from = first < 0 ? Math.max(0, items.length + first) : first;
  const to = last < 0 ? items.length + last : last;
  return items.slice(from, Math.max(0, to + 1));
}

const hashAt = (keyspace: Keyspace, key: ByteString): Map<ByteString, ByteString> | undefined =>
  keyspace.getAs(key, 'hash')?.fields;

const hashToWrite = (keyspace: Keyspace, key: ByteString): Map<ByteString, ByteString> =>
  keyspace.getOrPut(key, 'hash', () => ({ type: 'hash', fields: new Map() })).fields;

const setAt = (keyspace: Keyspace, key: ByteString): Set<ByteString> | undefined =>
  keyspace.getAs(key, 'set')?.members;

const listToWrite = (keyspace: Keyspace, args: readonly ByteString[]): ByteString[] =>
  keyspace.getOrPut(argument(args, 0), 'list', () => ({ type: 'list', items: [] })).items;

/** The number of fields that are new. */
function hashSet(keyspace: Keyspace, args: readonly ByteString[], command: string): number {
  const entries = pairs(args.slice(1), command);
  const fields = hashToWrite(keyspace, argument(args, 0));
  const before = fields.size;
  for (const [field, value] of entries) fields.set(field, value);
  return fields.size - before;
}

function take(
  keyspace: Keyspace,
  args: readonly ByteString[],
  end: (items: ByteString[]) => ByteString | undefined,
): Reply {
  const key = argument(args, 0);
  const list = keyspace.getAs(key, 'list');
  if (list === undefined) return null;
  const item = end(list.items);
  if (item === undefined) throw new CommandError('ERR an empty list was stored');
  keyspace.deleteIfEmpty(key, list.items.length);
  return item;
}
