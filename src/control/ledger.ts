import type { Grant, Want } from './sync.ts';
import { wantsMax } from './sync.ts';
import type { BucketState, PermitAsk } from './view.ts';

/**
 * The tokens this isolate may spend without asking. A decision is one, a batch one an item. A grant was debited at the shared bucket before it came
 * here, is applied at most once, and dies by its own expiry; unspent tokens are not given back. So
 * whatever is lost, doubled or late on the way, isolates together never spend more than the buckets gave.
 */
export interface Ledger {
  /** Makes the key known, with the limit it has now. Before anything else about it. */
  meet(ask: PermitAsk, nowMs: number): void;
  /** Spends tokens of live grants, the oldest first: all that are asked for, or none and false. */
  take(keyId: string, nowMs: number, tokens?: number): boolean;
  /** Counts tokens that a request did not find, so that the next sync asks for them. Gives the period it counts in. */
  miss(keyId: string, tokens?: number): number;
  /** Takes the miss back: the request found its tokens before that period's sync. */
  found(keyId: string, period: number, tokens?: number): void;
  /** Whether so little is left that a refresh behind the answer is due. */
  isLow(keyId: string, nowMs: number): boolean;
  /** `retryAfterMs` is until so many tokens can be had. */
  state(keyId: string, nowMs: number, tokens?: number): BucketState;
  /** What to ask for, keys that somebody waits for first; begins a new period of counting demand. */
  wants(nowMs: number): Want[];
  /** Adds what request `requestId` was granted, unless that was done before or is over. */
  apply(requestId: string, grants: readonly Grant[], expiresAtMs: number, nowMs: number): void;
}

interface LedgerOptions {
  /** Life of a grant from the moment its request was sent, in milliseconds. */
  readonly grantLifeMs: number;
  /** Keys remembered, at least 1; an evicted key loses its tokens and asks again. */
  readonly keysMax: number;
}

interface LiveGrant {
  tokens: number;
  readonly expiresAtMs: number;
}

interface Bucket {
  readonly keyId: string;
  burst: number;
  ratePerSecond: number;
  /** Ordered by expiry. */
  readonly grants: LiveGrant[];
  usedAtMs: number;
  /** Periods of counting demand that are over; a sync ends one. */
  period: number;
  periodFromMs: number;
  /** Tokens spent in this period. */
  spent: number;
  /** Tokens that requests of this period wait for. */
  missed: number;
  /** Tokens at hand after the last sync went as planned; a third of it is low. */
  target: number;
  /** The shared bucket has nothing to give before this. */
  emptyUntilMs: number;
}

/** Limits below this burst ask for what is needed now and hoard nothing. */
const smallBurst = 20;
/** An empty bucket is left alone for at least this long, unless a quarter of it refills sooner. */
const quietMsMax = 50;
/** Who waits gets a spare: the refill of 5 ms, or twice what the last period used, but at most that of 100 ms. */
const spareSecondsMin = 0.005;
const spareSecondsMax = 0.1;

export function createLedger({ grantLifeMs, keysMax }: LedgerOptions): Ledger {
  const buckets = new Map<string, Bucket>();
  const applied = new Map<string, number>();

  function known(keyId: string): Bucket {
    const bucket = buckets.get(keyId);
    if (!bucket) throw new RangeError(`bucket of an unknown key: ${keyId}`);
    return bucket;
  }

  return {
    meet(ask, nowMs) {
      const bucket = buckets.get(ask.keyId);
      if (bucket) bucket.usedAtMs = nowMs;
      if (bucket?.burst === ask.burst && bucket.ratePerSecond === ask.ratePerSecond) return;
      checkAsk(ask);
      if (bucket) {
        bucket.burst = ask.burst;
        bucket.ratePerSecond = ask.ratePerSecond;
        return;
      }
      if (buckets.size >= keysMax) evict(buckets, nowMs - grantLifeMs);
      buckets.set(ask.keyId, newBucket(ask, nowMs));
    },
    take(keyId, nowMs, tokens = 1) {
      const bucket = buckets.get(keyId);
      if (!bucket || !spend(bucket, nowMs, tokens)) return false;
      bucket.spent += tokens;
      return true;
    },
    miss(keyId, tokens = 1) {
      const bucket = known(keyId);
      bucket.missed += tokens;
      return bucket.period;
    },
    found(keyId, period, tokens = 1) {
      const bucket = buckets.get(keyId);
      if (bucket?.period === period) bucket.missed = Math.max(0, bucket.missed - tokens);
    },
    isLow(keyId, nowMs) {
      const bucket = buckets.get(keyId);
      if (!bucket || bucket.burst < smallBurst || nowMs < bucket.emptyUntilMs) return false;
      return remaining(bucket, nowMs) * 3 < bucket.target;
    },
    state(keyId, nowMs, tokens = 1) {
      const bucket = known(keyId);
      const left = remaining(bucket, nowMs);
      return {
        remaining: left,
        burst: bucket.burst,
        ratePerSecond: bucket.ratePerSecond,
        retryAfterMs: left >= tokens ? 0 : waitMsFor(bucket, nowMs, tokens),
      };
    },
    wants(nowMs) {
      const active = [...buckets.values()].filter((bucket) => bucket.spent + bucket.missed > 0);
      active.sort((a, b) => b.missed - a.missed);
      return active
        .slice(0, wantsMax)
        .map((bucket) => wantOf(bucket, nowMs, grantLifeMs))
        .filter((want) => want.wanted > 0);
    },
    apply(requestId, grants, expiresAtMs, nowMs) {
      if (applied.has(requestId) || expiresAtMs <= nowMs) return;
      for (const [id, untilMs] of applied) if (untilMs <= nowMs) applied.delete(id);
      applied.set(requestId, expiresAtMs);
      for (const grant of grants) {
        const bucket = buckets.get(grant.keyId);
        if (bucket) add(bucket, grant, expiresAtMs, nowMs);
      }
    },
  };
}

function checkAsk({ keyId, burst, ratePerSecond }: PermitAsk): void {
  const valid =
    /^[A-Za-z0-9_-]{1,64}$/.test(keyId) &&
    Number.isInteger(burst) &&
    burst >= 1 &&
    burst <= 1e9 &&
    ratePerSecond >= 1e-6 &&
    ratePerSecond <= 1e6;
  if (!valid) throw new RangeError(`no such limit: key ${keyId}, burst ${burst}, ${ratePerSecond} a second`);
}

const newBucket = ({ keyId, burst, ratePerSecond }: PermitAsk, nowMs: number): Bucket => ({
  keyId,
  burst,
  ratePerSecond,
  grants: [],
  usedAtMs: nowMs,
  period: 0,
  periodFromMs: nowMs,
  spent: 0,
  missed: 0,
  target: 0,
  emptyUntilMs: 0,
});

/** Forgets a key that has been idle since `idleSinceMs`, or else the one that was met first. */
function evict(buckets: Map<string, Bucket>, idleSinceMs: number): void {
  let victim: string | undefined;
  for (const [keyId, bucket] of buckets) {
    victim ??= keyId;
    if (bucket.usedAtMs < idleSinceMs) {
      victim = keyId;
      break;
    }
  }
  if (victim !== undefined) buckets.delete(victim);
}

/** One token is there with the next refill. More are waited for as if none were left: those here may expire before. */
function waitMsFor({ emptyUntilMs, ratePerSecond }: Bucket, nowMs: number, tokens: number): number {
  const emptyMs = Math.max(0, Math.ceil(emptyUntilMs - nowMs));
  return emptyMs === 0 || tokens === 1
    ? emptyMs
    : Math.max(emptyMs, Math.ceil((tokens * 1000) / ratePerSecond));
}

function spend(bucket: Bucket, nowMs: number, tokens: number): boolean {
  let due = tokens;
  if (tokens > 1 && remaining(bucket, nowMs) < tokens) return false;
  while (due > 0) {
    const grant = oldestLive(bucket, nowMs);
    if (!grant) return false;
    const taken = Math.min(due, grant.tokens);
    grant.tokens -= taken;
    due -= taken;
  }
  return true;
}

function oldestLive(bucket: Bucket, nowMs: number): LiveGrant | undefined {
  for (;;) {
    const first = bucket.grants[0];
    if (!first || (first.tokens > 0 && first.expiresAtMs > nowMs)) return first;
    bucket.grants.shift();
  }
}

function remaining(bucket: Bucket, nowMs: number): number {
  let tokens = 0;
  for (const grant of bucket.grants) if (grant.expiresAtMs > nowMs) tokens += grant.tokens;
  return tokens;
}

/**
 * Tokens for one grant's life at the demand of the last period: at most twice what the period used, so that a
 * sudden load ramps up by doubling with each round trip and a steady one wastes nothing, and never more than
 * half of the bucket, so that other isolates find some. Who waits gets his token and a spare, which is small
 * for a key that used little when it was last here.
 */
function wantOf(bucket: Bucket, nowMs: number, grantLifeMs: number): Want {
  const { keyId, burst, ratePerSecond, spent, missed } = bucket;
  const left = remaining(bucket, nowMs);
  const periodMs = Math.max(1, nowMs - bucket.periodFromMs);
  const needed = Math.ceil((spent + missed) * Math.min(2, grantLifeMs / periodMs));
  const planned = burst < smallBurst ? 0 : Math.min(needed - left, Math.floor(burst / 2));
  const spare = missed === 0 ? 0 : spareOf(bucket);
  const wanted = nowMs < bucket.emptyUntilMs ? 0 : Math.min(burst, Math.max(0, planned, missed + spare));
  bucket.target = left + wanted;
  bucket.period += 1;
  bucket.periodFromMs = nowMs;
  bucket.spent = 0;
  bucket.missed = 0;
  return { keyId, burst, ratePerSecond, wanted };
}

function spareOf({ burst, ratePerSecond, period, spent }: Bucket): number {
  const max = Math.min(burst / 4, ratePerSecond * spareSecondsMax);
  return Math.floor(period === 0 ? max : Math.min(max, Math.max(2 * spent, ratePerSecond * spareSecondsMin)));
}

function add(bucket: Bucket, grant: Grant, expiresAtMs: number, nowMs: number): void {
  if (grant.granted > 0) {
    const later = bucket.grants.findIndex((held) => held.expiresAtMs > expiresAtMs);
    const entry = { tokens: grant.granted, expiresAtMs };
    bucket.grants.splice(later === -1 ? bucket.grants.length : later, 0, entry);
  }
  if (grant.granted < grant.wanted) {
    const quarterMs = (bucket.burst * 250) / bucket.ratePerSecond;
    bucket.emptyUntilMs = nowMs + Math.max(grant.waitMs, Math.min(quietMsMax, quarterMs));
  }
}
