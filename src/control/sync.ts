import type { Redis } from '@upstash/redis';
import { err, ok, type Result } from '../core/result.ts';
import type { TargetName } from '../risk/target.ts';
import { isTradingState, type TradingState } from '../risk/trading-state.ts';
import { createRedisScript, type ReplyFields } from '../store/redis-script.ts';
import { type BreakerAsk, type BreakerNews, decodeNews, encodeReports } from './breakers/breaker-wire.ts';
import type { Breakers } from './breakers/breakers.ts';
import { restrictScript } from './lua/restrict.ts';
import { seedScript } from './lua/seed.ts';
import { syncScript } from './lua/sync.ts';
import { isOperatorHeartbeat } from './operator-heartbeat.ts';
import { redisKeys } from './redis-keys.ts';
import { readTargets, readWords, withWords, writeTargets, writeWords } from './targets-text.ts';
import type { ControlState, OperatorHeartbeat, TargetState } from './view.ts';

/** Tokens wanted from one key's shared bucket. */
export interface Want {
  readonly keyId: string;
  /** Whole tokens, 1..10⁹. */
  readonly burst: number;
  /** Tokens a second, from a millionth to 10⁶. */
  readonly ratePerSecond: number;
  /** Whole tokens, 0..burst. */
  readonly wanted: number;
}

/** What the shared bucket gave for a want. */
export interface Grant extends Want {
  /** Whole tokens, 0..wanted; already debited. */
  readonly granted: number;
  /** Milliseconds until the bucket has another token; 0 when all that was wanted was granted. */
  readonly waitMs: number;
}

export interface SyncAsk {
  /** Never used twice: a request that is delivered twice debits once. */
  readonly requestId: string;
  /** Highest epoch known here; undefined for none. */
  readonly epoch: number | undefined;
  /** `cursor` of the last reply; 0 asks for the revocations of the last ten minutes. */
  readonly revocationCursor: number;
  /** The longest silence of operators, in milliseconds; 0 for any. */
  readonly heartbeatMsMax: number;
  readonly wants: readonly Want[];
}

/** A secret that was rotated away. */
export interface Retirement {
  readonly secretSha256: string;
  /** Milliseconds from the reply on for which it is still good; 0 for no longer. */
  readonly inMs: number;
}

/** What became of keys; see lua/tell-keys.ts. */
export interface Revocations {
  readonly revokedKeyIds: readonly string[];
  /** Keys that are not what they were, and are to be read again. */
  readonly changedKeyIds: readonly string[];
  readonly retirements: readonly Retirement[];
}

export type SyncReply =
  /** Redis was wiped or rolled back: it granted nothing and must be seeded. */
  | { readonly kind: 'stale' }
  | ({
      readonly kind: 'synced';
      readonly control: ControlState;
      readonly operator: OperatorHeartbeat;
      /** When an operator was heard last, in microseconds of Redis' clock; 0 for never. */
      readonly heartbeatAtUs: number;
      /** When Redis was last seeded from nothing, in microseconds of its own clock. */
      readonly seededAt: number;
      readonly grants: readonly Grant[];
      readonly cursor: number;
      /** More revocations wait behind `cursor`. */
      readonly more: boolean;
    } & Revocations);

/** A target, and how far it is to be held back at least. */
export interface RestrictAsk {
  /** What is known here, which the new epoch must be above; undefined for nothing. */
  readonly known: ControlState | undefined;
  readonly target: TargetName;
  readonly tradingState: Exclude<TradingState, 'ACTIVE'>;
}

/** What a new epoch is above: all that Redis and the caller know (`next`), and also all that Redis may have forgotten (`clock`). */
type Above = 'next' | 'clock';

export interface SharedControl {
  sync(ask: SyncAsk): Promise<Result<SyncReply, string>>;
  /** Raises what Redis knows to `state`; lifts nothing. */
  seed(state: ControlState): Promise<Result<void, string>>;
  /**
   * Holds a target back under a new epoch: the `next` one, or one that is no lower than Redis' clock. Answers what the
   * target is now, which may be stricter than `tradingState`.
   */
  restrict(ask: RestrictAsk, above: Above): Promise<Result<TargetState, string>>;
}

/** Keys of more buckets than this in one call would make other isolates wait for the script. */
export const wantsMax = 64;
const revocationsPage = 1_000;
/** Longer than any reply can be under way; after it a doubled request would debit tokens that nobody uses. */
const memoMs = 5_000;

/** What a sync carries for the breakers, and gives back to them. */
type CarriedBreakers = Pick<Breakers, 'ask' | 'learn'>;

/** The shared control state in Redis. Each call is one round trip; a reply that is not exactly right is an error. */
export function createSharedControl(redis: Redis, breakers: CarriedBreakers): SharedControl {
  const sync = createRedisScript(redis, syncScript);
  const seed = createRedisScript(redis, seedScript);
  const restrict = createRedisScript(redis, restrictScript);
  return {
    async sync(ask) {
      const breakerAsk = breakers.ask();
      const reply = await sync.run(keysOf(ask), argsOf(ask, breakerAsk));
      if (!reply.ok) return reply;
      const news = decodeBreakers(reply.value, breakerAsk);
      const decoded = news.ok ? decode(reply.value, ask) : malformed;
      if (news.ok && decoded.ok && decoded.value.kind === 'synced') breakers.learn(news.value, breakerAsk);
      return decoded;
    },
    async seed(state) {
      const reply = await seed.run([redisKeys.control], stateArgs(state));
      if (!reply.ok) return reply;
      return reply.value.get('status') === 'OK'
        ? ok(undefined)
        : err('the seed script gave a malformed reply');
    },
    async restrict(ask, above) {
      const reply = await restrict.run([redisKeys.control], restrictArgs(ask, above));
      return reply.ok ? decodeRestricted(reply.value, ask) : reply;
    },
  };
}

/** As lua/merge.ts takes it. */
const stateArgs = (state: ControlState): string[] => [
  String(state.epoch),
  state.tradingState,
  String(state.stateEpoch),
  String(state.registryEpoch),
  writeTargets(state.targets),
  writeWords(state),
];

const restrictArgs = ({ known, target, tradingState }: RestrictAsk, above: Above): string[] => [
  ...(known ? stateArgs(known) : ['-1', '', '', '', '', '']),
  target,
  tradingState,
  above,
];

function decodeRestricted(fields: ReplyFields, { known, target }: RestrictAsk): Result<TargetState, string> {
  const epoch = integer(fields.get('epoch'));
  const tradingState = fields.get('state') ?? '';
  const isRight = fields.get('status') === 'OK' && epoch !== undefined && epoch > (known?.epoch ?? 0);
  if (!isRight || !isTradingState(tradingState) || tradingState === 'ACTIVE')
    return err('the restrict script gave a malformed reply');
  return ok({ target, tradingState, epoch });
}

const keysOf = (ask: SyncAsk): string[] => [
  redisKeys.control,
  redisKeys.revocations,
  redisKeys.memo(ask.requestId),
  redisKeys.breakers,
  ...ask.wants.map((want) => redisKeys.bucket(want.keyId)),
];

const argsOf = (ask: SyncAsk, breakers: BreakerAsk): string[] => [
  String(ask.epoch ?? -1),
  String(ask.revocationCursor),
  String(revocationsPage),
  String(memoMs),
  String(breakers.revision),
  encodeReports(breakers),
  String(ask.heartbeatMsMax),
  ...ask.wants.flatMap(({ burst, ratePerSecond, wanted }) => [
    String(burst),
    String(Math.max(1, Math.round(ratePerSecond * 1_000_000))),
    String(wanted),
  ]),
];

const malformed = err('the sync script gave a malformed reply');

function decode(fields: ReplyFields, ask: SyncAsk): Result<SyncReply, string> {
  if (fields.get('status') === 'STALE') return ok({ kind: 'stale' });
  const epoch = integer(fields.get('epoch'));
  const tradingState = fields.get('state') ?? '';
  const stateEpoch = integer(fields.get('stateEpoch'));
  const targets = readTargets(fields.get('targets') ?? '-');
  const words = readWords(fields.get('words') ?? '-');
  const registryEpoch = integer(fields.get('registry'));
  const seededAt = integer(fields.get('seededAt'));
  const cursor = integer(fields.get('cursor'));
  const more = fields.get('more');
  const revocations = decodeRevocations(fields.get('revoked'), integer(fields.get('nowUs')));
  const grants = decodeGrants(fields.get('grants'), ask.wants);
  const operator = fields.get('operator');
  const heartbeatAtUs = integer(fields.get('heartbeatAt'));
  if (
    fields.get('status') !== 'OK' ||
    epoch === undefined ||
    epoch < (ask.epoch ?? 0) ||
    !isTradingState(tradingState) ||
    stateEpoch === undefined ||
    stateEpoch > epoch ||
    targets === undefined ||
    targets.some((entry) => entry.epoch > epoch) ||
    words === undefined ||
    [...words.values()].some(
      ({ resumedEpoch = 0, haltedEpoch = 0 }) => Math.max(resumedEpoch, haltedEpoch) > epoch,
    ) ||
    registryEpoch === undefined ||
    seededAt === undefined ||
    cursor === undefined ||
    cursor < ask.revocationCursor ||
    (more !== '0' && more !== '1') ||
    revocations === undefined ||
    grants === undefined ||
    !isOperatorHeartbeat(operator) ||
    (operator === 'off') !== (ask.heartbeatMsMax === 0) ||
    heartbeatAtUs === undefined
  ) {
    return malformed;
  }
  return ok({
    kind: 'synced',
    control: withWords({ epoch, tradingState, stateEpoch, targets, registryEpoch }, words),
    operator,
    heartbeatAtUs,
    seededAt,
    grants,
    ...revocations,
    cursor,
    more: more === '1',
  });
}

/** Silence is an answer only where nothing was reported, or everything is stale. */
function decodeBreakers(fields: ReplyFields, ask: BreakerAsk): Result<BreakerNews | undefined, undefined> {
  const told = fields.get('breakers');
  const mayBeSilent = ask.reports.length === 0 || fields.get('status') === 'STALE';
  if (told === undefined) return mayBeSilent ? ok(undefined) : err(undefined);
  const news = decodeNews(told, fields.get('probes') ?? '');
  return news ? ok(news) : err(undefined);
}

/** As lua/tell-keys.ts writes them. */
function decodeRevocations(text: string | undefined, nowUs: number | undefined): Revocations | undefined {
  if (text === undefined || nowUs === undefined) return undefined;
  const revokedKeyIds: string[] = [];
  const changedKeyIds: string[] = [];
  const retirements: Retirement[] = [];
  for (const word of text === '' ? [] : text.split(' ')) {
    const [keyId = '', secretSha256, from, ...rest] = word.split('/');
    if (secretSha256 === undefined || secretSha256 === 'changed') {
      (secretSha256 === undefined ? revokedKeyIds : changedKeyIds).push(keyId);
      continue;
    }
    const fromUs = integer(from);
    if (fromUs === undefined || rest.length > 0 || !/^[0-9a-f]{64}$/.test(secretSha256)) return undefined;
    retirements.push({ secretSha256, inMs: Math.max(0, (fromUs - nowUs) / 1_000) });
  }
  return { revokedKeyIds, changedKeyIds, retirements };
}

function decodeGrants(text: string | undefined, wants: readonly Want[]): Grant[] | undefined {
  if (text === undefined) return undefined;
  const told = text === '' ? [] : text.split(';');
  if (told.length !== wants.length) return undefined;
  const grants: Grant[] = [];
  for (const [index, want] of wants.entries()) {
    const [granted, left, waitMs, ...rest] = (told[index] ?? '').split(' ').map(integer);
    if (granted === undefined || left === undefined || waitMs === undefined || rest.length > 0)
      return undefined;
    if (granted > want.wanted || granted < want.wanted !== waitMs > 0) return undefined;
    grants.push({ ...want, granted, waitMs });
  }
  return grants;
}

/** A non-negative integer in plain digits, or undefined. */
function integer(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
