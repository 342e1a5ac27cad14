/** Commands on streams and their consumer groups, as far as an outbox with several drainers needs them. */
import { argument, type CommandTable, OK, parseInteger, syntaxError } from './embedded-command.ts';
import {
  CommandError,
  type ConsumerGroup,
  type Keyspace,
  type StreamEntry,
  type StreamId,
  type ValueOf,
} from './embedded-keyspace.ts';
import type { ByteString, Reply } from './redis-backend.ts';

export const streamCommands: CommandTable = {
  XADD: { arity: -5, run: append },
  XLEN: {
    arity: 2,
    run: (keyspace, args) => keyspace.getAs(argument(args, 0), 'stream')?.entries.length ?? 0,
  },
  XRANGE: { arity: -4, run: (keyspace, args) => range(keyspace, args, false) },
  XREVRANGE: { arity: -4, run: (keyspace, args) => range(keyspace, args, true) },
  XDEL: {
    arity: -3,
    run(keyspace, args) {
      const ids = args.slice(1).map((text) => parseId(text, 0));
      const stream = keyspace.getAs(argument(args, 0), 'stream');
      return stream === undefined
        ? 0
        : retain(stream, (entry) => !ids.some((id) => compare(id, entry.id) === 0));
    },
  },
  XTRIM: {
    arity: -4,
    run(keyspace, args) {
      const { trim, rest } = parseTrim(args.slice(1));
      if (trim === null || rest.length > 0) throw syntaxError();
      const stream = keyspace.getAs(argument(args, 0), 'stream');
      return stream === undefined ? 0 : trim(stream);
    },
  },
  XGROUP: { arity: -2, run: group },
  XREADGROUP: { arity: -7, run: readGroup },
  XACK: {
    arity: -4,
    run(keyspace, args) {
      const ids = args.slice(2).map((text) => formatId(parseId(text, 0)));
      const pending = keyspace.getAs(argument(args, 0), 'stream')?.groups.get(argument(args, 1))?.pending;
      return ids.filter((id) => pending?.delete(id)).length;
    },
  },
  XAUTOCLAIM: { arity: -6, run: autoClaim },
  XPENDING: { arity: 3, run: pendingSummary },
};

type Stream = ValueOf<'stream'>;

const MIN_ID: StreamId = { ms: 0, seq: 0 };
const MAX_ID: StreamId = { ms: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER };
const INVALID_ID = 'ERR Invalid stream ID specified as stream command argument';

const formatId = (id: StreamId): ByteString => `${id.ms}-${id.seq}`;
const compare = (a: StreamId, b: StreamId): number => a.ms - b.ms || a.seq - b.seq;
const next = (id: StreamId): StreamId => ({ ms: id.ms, seq: id.seq + 1 });
const entryReply = (entry: StreamEntry): Reply => [formatId(entry.id), entry.fields];

function parseId(text: ByteString, seqWhenMissing: number): StreamId {
  if (text === '-') return MIN_ID;
  if (text === '+') return MAX_ID;
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (match === null) throw new CommandError(INVALID_ID);
  return { ms: Number(match[1]), seq: match[2] === undefined ? seqWhenMissing : Number(match[2]) };
}

/** How many entries went. */
function retain(stream: Stream, keeps: (entry: StreamEntry, index: number) => boolean): number {
  const before = stream.entries.length;
  stream.entries = stream.entries.filter(keeps);
  return before - stream.entries.length;
}

/** `~` trims exactly, which it is free to do. */
function parseTrim(words: readonly ByteString[]): {
  trim: ((stream: Stream) => number) | null;
  rest: readonly ByteString[];
} {
  const strategy = words[0]?.toUpperCase();
  if (strategy !== 'MAXLEN' && strategy !== 'MINID') return { trim: null, rest: words };
  const index = ['=', '~'].includes(argument(words, 1)) ? 2 : 1;
  const isLimited = words[index + 1]?.toUpperCase() === 'LIMIT';
  const rest = words.slice(index + (isLimited ? 3 : 1));
  if (strategy === 'MINID') {
    const minId = parseId(argument(words, index), 0);
    return { trim: (stream) => retain(stream, (entry) => compare(entry.id, minId) >= 0), rest };
  }
  const length = parseInteger(argument(words, index));
  if (length < 0) throw new CommandError('ERR The MAXLEN argument must be >= 0.');
  return {
    trim: (stream) => {
      const surplus = stream.entries.length - length;
      return retain(stream, (_entry, place) => place >= surplus);
    },
    rest,
  };
}

function append(keyspace: Keyspace, args: readonly ByteString[]): Reply {
  const key = argument(args, 0);
  const isMaking = args[1]?.toUpperCase() !== 'NOMKSTREAM';
  const { trim, rest } = parseTrim(args.slice(isMaking ? 1 : 2));
  const fields = rest.slice(1);
  if (fields.length === 0 || fields.length % 2 !== 0)
    throw new CommandError("ERR wrong number of arguments for 'xadd' command");
  refuseMalformed(argument(rest, 0));
  const present = keyspace.getAs(key, 'stream');
  if (present === undefined && !isMaking) return null;
  const id = nextId(argument(rest, 0), present?.lastId ?? MIN_ID, keyspace.nowMs);
  const stream = keyspace.getOrPut(key, 'stream', emptyStream);
  stream.entries.push({ id, fields });
  stream.lastId = id;
  trim?.(stream);
  return formatId(id);
}

const emptyStream = (): Stream => ({ type: 'stream', entries: [], lastId: MIN_ID, groups: new Map() });

/** Before anything is looked up, as Redis does. */
function refuseMalformed(id: ByteString): void {
  if (!/^(\*|\d+(-(\d+|\*))?)$/.test(id)) throw new CommandError(INVALID_ID);
  if (/^0+(-0+)?$/.test(id)) throw new CommandError('ERR The ID specified in XADD must be greater than 0-0');
}

function nextId(text: ByteString, last: StreamId, nowMs: number): StreamId {
  if (text === '*') return nowMs > last.ms ? { ms: nowMs, seq: 0 } : next(last);
  const open = /^(\d+)-\*$/.exec(text);
  const id =
    open === null
      ? parseId(text, 0)
      : { ms: Number(open[1]), seq: Number(open[1]) === last.ms ? last.seq + 1 : 0 };
  if (compare(id, last) <= 0)
    throw new CommandError(
      'ERR The ID specified in XADD is equal or smaller than the target stream top item',
    );
  return id;
}

function range(keyspace: Keyspace, args: readonly ByteString[], isReversed: boolean): Reply {
  const [first, last] = [argument(args, isReversed ? 2 : 1), argument(args, isReversed ? 1 : 2)];
  const from = first.startsWith('(') ? next(parseId(first.slice(1), 0)) : parseId(first, 0);
  const isOpenEnd = last.startsWith('(');
  const to = parseId(isOpenEnd ? last.slice(1) : last, Number.MAX_SAFE_INTEGER);
  const count = countOption(args.slice(3));
  const entries = (keyspace.getAs(argument(args, 0), 'stream')?.entries ?? []).filter(
    ({ id }) => compare(id, from) >= 0 && (isOpenEnd ? compare(id, to) < 0 : compare(id, to) <= 0),
  );
  if (isReversed) entries.reverse();
  return entries.slice(0, count).map(entryReply);
}

function countOption(words: readonly ByteString[]): number | undefined {
  if (words.length === 0) return undefined;
  if (words.length !== 2 || words[0]?.toUpperCase() !== 'COUNT') throw syntaxError();
  return Math.max(0, parseInteger(argument(words, 1)));
}

function groupOf(
  keyspace: Keyspace,
  key: ByteString,
  name: ByteString,
): { stream: Stream; found: ConsumerGroup } {
  const stream = keyspace.getAs(key, 'stream');
  const found = stream?.groups.get(name);
  if (stream === undefined || found === undefined)
    throw new CommandError(`NOGROUP No such key '${key}' or consumer group '${name}'`);
  return { stream, found };
}

function group(keyspace: Keyspace, args: readonly ByteString[]): Reply {
  const verb = argument(args, 0).toUpperCase();
  const [key, name] = [argument(args, 1), argument(args, 2)];
  if (verb === 'CREATE') return createGroup(keyspace, key, name, args.slice(3));
  if (verb === 'DESTROY') return keyspace.getAs(key, 'stream')?.groups.delete(name) ? 1 : 0;
  throw new CommandError(`ERR unknown subcommand '${argument(args, 0)}'. Try XGROUP HELP.`);
}

function createGroup(
  keyspace: Keyspace,
  key: ByteString,
  name: ByteString,
  rest: readonly ByteString[],
): Reply {
  const isMaking = rest[1]?.toUpperCase() === 'MKSTREAM';
  const start = argument(rest, 0);
  const present = keyspace.getAs(key, 'stream');
  if (present === undefined && !isMaking)
    throw new CommandError(
      'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.',
    );
  const stream = keyspace.getOrPut(key, 'stream', emptyStream);
  if (stream.groups.has(name)) throw new CommandError('BUSYGROUP Consumer Group name already exists');
  const lastDelivered = start === '$' ? stream.lastId : parseId(start, 0);
  stream.groups.set(name, { lastDelivered, pending: new Map(), consumers: new Set() });
  return OK;
}

/** One stream a call; `>` delivers what is new, any other id lists what this consumer holds after it. */
function readGroup(keyspace: Keyspace, args: readonly ByteString[]): Reply {
  const words = args.map((word) => word.toUpperCase());
  const streams = words.indexOf('STREAMS');
  if (words[0] !== 'GROUP' || streams < 0 || args.length !== streams + 3) throw syntaxError();
  const [name, consumer] = [argument(args, 1), argument(args, 2)];
  const options = args.slice(3, streams).filter((word) => word.toUpperCase() !== 'NOACK');
  const isAcknowledging = options.length === streams - 3;
  const count = countOption(options);
  const [key, start] = [argument(args, streams + 1), argument(args, streams + 2)];
  const { stream, found } = groupOf(keyspace, key, name);
  found.consumers.add(consumer);
  if (start !== '>') return [[key, heldBy(stream, found, consumer, parseId(start, 0), count)]];
  const fresh = stream.entries.filter(({ id }) => compare(id, found.lastDelivered) > 0).slice(0, count);
  if (fresh.length === 0) return null;
  for (const { id } of fresh) {
    found.lastDelivered = id;
    if (isAcknowledging)
      found.pending.set(formatId(id), { id, consumer, deliveredAtMs: keyspace.nowMs, deliveryCount: 1 });
  }
  return [[key, fresh.map(entryReply)]];
}

function heldBy(
  stream: Stream,
  found: ConsumerGroup,
  consumer: ByteString,
  after: StreamId,
  count: number | undefined,
): Reply {
  return inOrder(found)
    .filter((held) => held.consumer === consumer && compare(held.id, after) > 0)
    .slice(0, count)
    .map(({ id }) => [formatId(id), entryAt(stream, id)?.fields ?? null]);
}

const inOrder = (found: ConsumerGroup) => [...found.pending.values()].sort((a, b) => compare(a.id, b.id));

const entryAt = (stream: Stream, id: StreamId) => stream.entries.find((entry) => compare(entry.id, id) === 0);

const AUTO_CLAIM_COUNT = 100;

function autoClaim(keyspace: Keyspace, args: readonly ByteString[]): Reply {
  const { stream, found } = groupOf(keyspace, argument(args, 0), argument(args, 1));
  const consumer = argument(args, 2);
  const idleMsMin = parseInteger(argument(args, 3));
  const from = parseId(argument(args, 4), 0);
  const isJustId = args.at(-1)?.toUpperCase() === 'JUSTID';
  const count = countOption(args.slice(5, isJustId ? -1 : undefined)) ?? AUTO_CLAIM_COUNT;
  found.consumers.add(consumer);
  const idle = inOrder(found).filter(
    (held) => compare(held.id, from) >= 0 && keyspace.nowMs - held.deliveredAtMs >= idleMsMin,
  );
  const deleted: Reply[] = [];
  const claimed: Reply[] = [];
  for (const held of idle.slice(0, count)) {
    const id = formatId(held.id);
    const entry = entryAt(stream, held.id);
    if (entry === undefined) {
      found.pending.delete(id);
      deleted.push(id);
      continue;
    }
    const deliveryCount = held.deliveryCount + (isJustId ? 0 : 1);
    found.pending.set(id, { id: held.id, consumer, deliveredAtMs: keyspace.nowMs, deliveryCount });
    claimed.push(isJustId ? id : entryReply(entry));
  }
  const resume = idle[count];
  return [resume === undefined ? '0-0' : formatId(resume.id), claimed, deleted];
}

function pendingSummary(keyspace: Keyspace, args: readonly ByteString[]): Reply {
  const { found } = groupOf(keyspace, argument(args, 0), argument(args, 1));
  const held = inOrder(found);
  const [first, last] = [held[0], held.at(-1)];
  if (first === undefined || last === undefined) return [0, null, null, null];
  const counts = new Map<ByteString, number>();
  for (const { consumer } of held) counts.set(consumer, (counts.get(consumer) ?? 0) + 1);
  const byConsumer = [...counts].sort().map(([consumer, count]) => [consumer, String(count)]);
  return [held.length, formatId(first.id), formatId(last.id), byConsumer];
}
