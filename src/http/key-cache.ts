import type { Clock } from '../core/clock.ts';
import type { Eventual } from '../core/eventual.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { RequestScope } from '../runtime.ts';
import { cachedKeyMsMax, type KeyRow } from '../store/key-row.ts';

interface KeyCacheOptions {
  /** Reads one key; undefined when there is none. */
  readonly loadKey: (id: string) => Promise<Result<KeyRow | undefined, string>>;
  /** Changes when revocations may have been missed: at an isolate's first sync and after a wiped Redis. */
  readonly keysEpoch: () => number;
  /** Of one key: changes when it is not what it was. */
  readonly changesOf: (id: string) => number;
  readonly clock: Clock;
}

export interface KeyCache {
  /** The key, where the caller is proven by it; one in memory may have been rotated since, and is then read again. */
  findProven<P>(
    id: string,
    proofBy: (row: KeyRow) => P | undefined,
    request: RequestScope,
  ): Eventual<Result<Proven<P> | undefined, string>>;
}

/** A key, and what proved its caller. */
interface Proven<P> {
  readonly row: KeyRow;
  readonly proof: P;
}

interface CachedKey {
  readonly row: KeyRow;
  readonly loadedAtMs: number;
  readonly changes: number;
  /** One reload behind an answer is enough; one that failed is made up for when the key is too old. */
  readonly isReloading: boolean;
  readonly rereads: Rereads;
}

/** Reads of a key for secrets that the one in memory lacks. */
interface Rereads {
  /** When the last one ended, and why it came to nothing; null where it came to something. */
  readonly endedAtMs: number;
  readonly failure: string | null;
  /** Begun since then. */
  readonly sinceMs: number;
  readonly begun: number;
}

const cachedKeysMax = 10_000;
/** A cached key is read again behind an answer from this age on. */
const freshKeyMsMax = cachedKeyMsMax / 2;
/** Who guesses at a key's secret makes it be read once so often at most, whether it could be read or not. */
const rereadMsMin = 1_000;
/** As many may begin in that time, before the first of them has ended: those who come together with a new secret are no guessers. */
const rereadsTogetherMax = 32;
const never: Rereads = {
  ...{ endedAtMs: Number.NEGATIVE_INFINITY, failure: null },
  ...{ sinceMs: Number.NEGATIVE_INFINITY, begun: 0 },
};

/** The keys that an isolate has read, each for a few minutes. */
export function createKeyCache({ loadKey, keysEpoch, changesOf, clock }: KeyCacheOptions): KeyCache {
  const cache = new Map<string, CachedKey>();
  let cachedEpoch = keysEpoch();

  /** Keys read before revocations may have been missed are read again. */
  function forgetMissed(): void {
    if (cachedEpoch === keysEpoch()) return;
    cachedEpoch = keysEpoch();
    cache.clear();
  }

  function remember(row: KeyRow, asked: Pick<CachedKey, 'loadedAtMs' | 'changes'>): void {
    if (cache.size >= cachedKeysMax) cache.delete(cache.keys().next().value ?? row.id);
    const rereads = cache.get(row.id)?.rereads ?? never;
    cache.set(row.id, { row, ...asked, isReloading: false, rereads });
  }

  async function reload(id: string): Promise<Result<KeyRow | undefined, string>> {
    const readUnder = keysEpoch();
    // As of when it was asked for: what was changed while it was read it may not have seen.
    const asked = { loadedAtMs: clock.monotonicMs(), changes: changesOf(id) };
    const loaded = await loadKey(id);
    if (!loaded.ok) return loaded;
    if (loaded.value && readUnder === keysEpoch()) remember(loaded.value, asked);
    else cache.delete(id);
    return loaded;
  }

  function isGood({ loadedAtMs, changes, row }: CachedKey): boolean {
    return clock.monotonicMs() - loadedAtMs <= cachedKeyMsMax && changes === changesOf(row.id);
  }

  /** Behind an answer, once. */
  function refresh(held: CachedKey, request: RequestScope): void {
    const { row, loadedAtMs, isReloading } = held;
    if (isReloading || clock.monotonicMs() - loadedAtMs <= freshKeyMsMax) return;
    cache.set(row.id, { ...held, isReloading: true });
    request.waitUntil(reload(row.id).then(() => undefined));
  }

  function noteRereads(id: string, change: Partial<Rereads>): void {
    const held = cache.get(id);
    if (held) cache.set(id, { ...held, rereads: { ...held.rereads, ...change } });
  }

  /** For a secret that the key in memory lacks. Where it was read a moment ago it lacks it still, or cannot be read. */
  async function reread(held: CachedKey): Promise<Result<KeyRow | undefined, string>> {
    const { id } = held.row;
    const { endedAtMs, failure, sinceMs, begun } = held.rereads;
    const nowMs = clock.monotonicMs();
    if (nowMs - endedAtMs < rereadMsMin) {
      if (failure !== null) return err(failure);
      if (isGood(held)) return ok(undefined);
    }
    const isOfWindow = nowMs - sinceMs < rereadMsMin;
    if (isOfWindow && begun >= rereadsTogetherMax) return err('the key is being read again');
    noteRereads(id, isOfWindow ? { begun: begun + 1 } : { sinceMs: nowMs, begun: 1 });
    const again = await reload(id);
    noteRereads(id, { endedAtMs: clock.monotonicMs(), failure: again.ok ? null : again.error });
    return again;
  }

  return {
    findProven<P>(id: string, proofBy: (row: KeyRow) => P | undefined, request: RequestScope) {
      forgetMissed();
      const proven = (loaded: Result<KeyRow | undefined, string>) =>
        loaded.ok ? ok(provenBy(loaded.value, proofBy)) : loaded;
      const held = cache.get(id);
      if (!held) return reload(id).then(proven);
      const found = provenBy(held.row, proofBy);
      if (!isGood(held)) return (found ? reload(id) : reread(held)).then(proven);
      refresh(held, request);
      return found ? ok(found) : reread(held).then(proven);
    },
  };
}

function provenBy<P>(
  row: KeyRow | undefined,
  proofBy: (row: KeyRow) => P | undefined,
): Proven<P> | undefined {
  const proof = row && proofBy(row);
  return row && proof !== undefined ? { row, proof } : undefined;
}
