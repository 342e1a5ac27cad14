/** Commands on sorted sets. */
import { sliceByRank } from './embedded-collections.ts';
import {
  argument,
  type CommandTable,
  formatDouble,
  pairs,
  parseDouble,
  parseInteger,
  syntaxError,
} from './embedded-command.ts';
import { CommandError, type Keyspace } from './embedded-keyspace.ts';
import type { ByteString, Reply } from './redis-backend.ts';

export const sortedSetCommands: CommandTable = {
  ZADD: { arity: -4, run: add },
  ZINCRBY: {
    arity: 4,
    run(keyspace, args) {
      const by = parseDouble(argument(args, 1));
      const scores = scoresToWrite(keyspace, argument(args, 0));
      return formatDouble(increment(scores, argument(args, 2), by));
    },
  },
  ZREM: {
    arity: -3,
    run(keyspace, args) {
      const key = argument(args, 0);
      const scores = scoresAt(keyspace, key);
      if (scores === undefined) return 0;
      const count = args.slice(1).filter((member) => scores.delete(member)).length;
      keyspace.deleteIfEmpty(key, scores.size);
      return count;
    },
  },
  ZSCORE: {
    arity: 3,
    run(keyspace, args) {
      const score = scoresAt(keyspace, argument(args, 0))?.get(argument(args, 1));
      return score === undefined ? null : formatDouble(score);
    },
  },
  ZCARD: { arity: 2, run: (keyspace, args) => scoresAt(keyspace, argument(args, 0))?.size ?? 0 },
  ZCOUNT: {
    arity: 4,
    run(keyspace, args) {
      const range = scoreRange(argument(args, 1), argument(args, 2));
      return ordered(scoresAt(keyspace, argument(args, 0))).filter(([, score]) => range(score)).length;
    },
  },
  ZRANGE: { arity: -4, run: (keyspace, args) => rangeReply(keyspace, args, rangeOptions(args.slice(3))) },
  ZREVRANGE: {
    arity: -4,
    run: (keyspace, args) => rangeReply(keyspace, args, { ...rangeOptions(args.slice(3)), isReversed: true }),
  },
  ZRANGEBYSCORE: {
    arity: -4,
    run: (keyspace, args) => rangeReply(keyspace, args, { ...rangeOptions(args.slice(3)), isByScore: true }),
  },
  ZREVRANGEBYSCORE: {
    arity: -4,
    run: (keyspace, args) =>
      rangeReply(keyspace, args, { ...rangeOptions(args.slice(3)), isByScore: true, isReversed: true }),
  },
  ZREMRANGEBYSCORE: {
    arity: 4,
    run(keyspace, args) {
      const range = scoreRange(argument(args, 1), argument(args, 2));
      return removeAll(keyspace, argument(args, 0), (entries) => entries.filter(([, score]) => range(score)));
    },
  },
  ZREMRANGEBYRANK: {
    arity: 4,
    run(keyspace, args) {
      const range = [parseInteger(argument(args, 1)), parseInteger(argument(args, 2))] as const;
      return removeAll(keyspace, argument(args, 0), (entries) => sliceByRank(entries, ...range));
    },
  },
  ZRANK: {
    arity: 3,
    run(keyspace, args) {
      const rank = ordered(scoresAt(keyspace, argument(args, 0))).findIndex(
        ([member]) => member === argument(args, 1),
      );
      return rank < 0 ? null : rank;
    },
  },
};

type Scored = readonly [member: ByteString, score: number];

const scoresAt = (keyspace: Keyspace, key: ByteString): Map<ByteString, number> | undefined =>
  keyspace.getAs(key, 'zset')?.scores;

const scoresToWrite = (keyspace: Keyspace, key: ByteString): Map<ByteString, number> =>
  keyspace.getOrPut(key, 'zset', () => ({ type: 'zset', scores: new Map() })).scores;

/** By score, then by bytes. Sorted at each use: the sets of one service on one machine are small. */
function ordered(scores: ReadonlyMap<ByteString, number> | undefined): Scored[] {
  return [...(scores ?? [])].sort(([memberA, scoreA], [memberB, scoreB]) => {
    if (scoreA !== scoreB) return scoreA - scoreB;
    return memberA < memberB ? -1 : 1;
  });
}

function increment(scores: Map<ByteString, number>, member: ByteString, by: number): number {
  const sum = (scores.get(member) ?? 0) + by;
  if (Number.isNaN(sum)) throw new CommandError('ERR resulting score is not a number (NaN)');
  scores.set(member, sum);
  return sum;
}

function removeAll(keyspace: Keyspace, key: ByteString, choose: (entries: Scored[]) => Scored[]): number {
  const scores = scoresAt(keyspace, key);
  if (scores === undefined) return 0;
  const chosen = choose(ordered(scores));
  for (const [member] of chosen) scores.delete(member);
  keyspace.deleteIfEmpty(key, scores.size);
  return chosen.length;
}

const ADD_FLAGS = ['NX', 'XX', 'GT', 'LT', 'CH', 'INCR'];

function add(keyspace: Keyspace, args: readonly ByteString[]): Reply {
  const flags = new Set<string>();
  let index = 1;
  while (ADD_FLAGS.includes(argument(args, index).toUpperCase())) {
    flags.add(argument(args, index).toUpperCase());
    index += 1;
  }
  const rest = args.slice(index);
  if (rest.length === 0 || rest.length % 2 !== 0) throw syntaxError();
  refuseConflicts(flags, rest.length / 2);
  const entries = pairs(rest, 'zadd').map(([score, member]) => [member, parseDouble(score)] as const);
  const key = argument(args, 0);
  const present = scoresAt(keyspace, key);
  if (present === undefined && flags.has('XX')) return flags.has('INCR') ? null : 0;
  const scores = scoresToWrite(keyspace, key);
  const outcome = addAll(scores, entries, flags);
  keyspace.deleteIfEmpty(key, scores.size);
  if (flags.has('INCR')) return outcome.score === null ? null : formatDouble(outcome.score);
  return flags.has('CH') ? outcome.added + outcome.changed : outcome.added;
}

function refuseConflicts(flags: ReadonlySet<string>, count: number): void {
  if (flags.has('NX') && flags.has('XX'))
    throw new CommandError('ERR XX and NX options at the same time are not compatible');
  const exclusive = ['NX', 'GT', 'LT'].filter((flag) => flags.has(flag));
  if (exclusive.length > 1)
    throw new CommandError('ERR GT, LT, and/or NX options at the same time are not compatible');
  if (flags.has('INCR') && count > 1)
    throw new CommandError('ERR INCR option supports a single increment-element pair');
}

function addAll(scores: Map<ByteString, number>, entries: readonly Scored[], flags: ReadonlySet<string>) {
  let added = 0;
  let changed = 0;
  let last: number | null = null;
  for (const [member, given] of entries) {
    const current = scores.get(member);
    const score = flags.has('INCR') ? (current ?? 0) + given : given;
    if (Number.isNaN(score)) throw new CommandError('ERR resulting score is not a number (NaN)');
    const isRefused =
      (current === undefined && flags.has('XX')) ||
      (current !== undefined &&
        (flags.has('NX') || (flags.has('GT') && score <= current) || (flags.has('LT') && score >= current)));
    last = isRefused ? null : score;
    if (isRefused) continue;
    if (current === undefined) added += 1;
    else if (current !== score) changed += 1;
    scores.set(member, score);
  }
  return { added, changed, score: last };
}

interface RangeOptions {
  readonly isByScore: boolean;
  readonly isReversed: boolean;
  readonly isWithScores: boolean;
  readonly limit: { readonly offset: number; readonly count: number } | null;
}

function rangeOptions(words: readonly ByteString[]): RangeOptions {
  const options = { isByScore: false, isReversed: false, isWithScores: false };
  let limit: RangeOptions['limit'] = null;
  for (let i = 0; i < words.length; i++) {
    const word = argument(words, i).toUpperCase();
    if (word === 'BYSCORE') options.isByScore = true;
    else if (word === 'REV') options.isReversed = true;
    else if (word === 'WITHSCORES') options.isWithScores = true;
    else if (word === 'LIMIT') {
      limit = { offset: parseInteger(argument(words, i + 1)), count: parseInteger(argument(words, i + 2)) };
      i += 2;
    } else throw syntaxError();
  }
  return { ...options, limit };
}

function rangeReply(keyspace: Keyspace, args: readonly ByteString[], options: RangeOptions): Reply {
  if (options.limit !== null && !options.isByScore)
    throw new CommandError(
      'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
    );
  const [start, stop] = [argument(args, 1), argument(args, 2)];
  const chooses = options.isByScore
    ? byScore(options.isReversed ? scoreRange(stop, start) : scoreRange(start, stop))
    : byRank(parseInteger(start), parseInteger(stop));
  const entries = ordered(scoresAt(keyspace, argument(args, 0)));
  if (options.isReversed) entries.reverse();
  const chosen = limited(chooses(entries), options.limit);
  return chosen.flatMap(([member, score]) =>
    options.isWithScores ? [member, formatDouble(score)] : [member],
  );
}

const byRank = (first: number, last: number) => (entries: Scored[]) => sliceByRank(entries, first, last);

const byScore = (range: (score: number) => boolean) => (entries: Scored[]) =>
  entries.filter(([, score]) => range(score));

function limited(entries: Scored[], limit: RangeOptions['limit']): Scored[] {
  if (limit === null) return entries;
  if (limit.offset < 0) return [];
  return entries.slice(limit.offset, limit.count < 0 ? undefined : limit.offset + limit.count);
}

/** `(` excludes the bound. */
function scoreRange(min: ByteString, max: ByteString): (score: number) => boolean {
  const message = 'ERR min or max is not a float';
  const [low, high] = [min, max].map((text) =>
    text.startsWith('(')
      ? { score: parseDouble(text.slice(1), message), isExclusive: true }
      : { score: parseDouble(text, message), isExclusive: false },
  );
  if (low === undefined || high === undefined) throw new CommandError(message);
  return (score) =>
    (low.isExclusive ? score > low.score : score >= low.score) &&
    (high.isExclusive ? score < high.score : score <= high.score);
}
