import type { Clock } from '../core/clock.ts';
import { type Eventual, whenHere } from '../core/eventual.ts';
import { ok, type Result } from '../core/result.ts';
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
  /** When a secret that it lacks last had it read again. */
  readonly rereadAtMs: number;
}

const cachedKeysMax = 10_000;
/** A cached key is read again behind an answer from this age on. */
const freshKeyMsMax = cachedKeyMsMax / 2;
/** Who guesses at a key's secret makes it be read once a second at most. */
const rereadMsMin = 1_000;

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
    const rereadAtMs = cache.get(row.id)?.rereadAtMs ?? Number.NEGATIVE_INFINITY;
    cache.set(row.id, { row, ...asked, isReloading: false, rereadAtMs });
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

  function find(id: string, request: RequestScope): Eventual<Result<KeyRow | undefined, string>> {
    const cached = cache.get(id);
    const ageMs = cached ? clock.monotonicMs() - cached.loadedAtMs : Infinity;
    if (!cached || ageMs > cachedKeyMsMax || cached.changes !== changesOf(id)) return reload(id);
    if (ageMs > freshKeyMsMax && !cached.isReloading) {
      cache.set(id, { ...cached, isReloading: true });
      request.waitUntil(reload(id).then(() => undefined));
    }
    return ok(cached.row);
  }

  /** Not counted before it has ended: those who come meanwhile with a new secret, which one of them had it read for, are no guessers. */
  async function reread(id: string): Promise<Result<KeyRow | undefined, string>> {
    const cached = cache.get(id);
    if (!cached || clock.monotonicMs() - cached.rereadAtMs < rereadMsMin) return ok(undefined);
    const again = await reload(id);
    const held = cache.get(id);
    if (again.ok && held) cache.set(id, { ...held, rereadAtMs: clock.monotonicMs() });
    return again;
  }

  return {
    findProven(id, proofBy, request) {
      forgetMissed();
      const wasCached = cache.has(id);
      return whenHere(find(id, request), (found) => {
        if (!found.ok) return found;
        const proven = provenBy(found.value, proofBy);
        if (proven || !found.value || !wasCached) return ok(proven);
        return reread(id).then((again) => (again.ok ? ok(provenBy(again.value, proofBy)) : again));
      });
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
