import type { Clock, Timers } from '../../core/clock.ts';
import type { RequestScope } from '../../runtime.ts';
import { cachedKeyMsMax } from '../../store/key-row.ts';
import type { Acknowledgement } from '../restrict.ts';
import type { KeyNews, TellKeys } from './tell-keys.ts';

export interface ToldNews {
  readonly redis: Acknowledgement;
  /** Wall clock, epoch milliseconds, from which on every isolate goes by it. */
  readonly effectiveByMs: number;
}

export interface NewsOfKeys {
  /** Tells all isolates through Redis. What Redis does not confirm is tried again behind the answer. */
  tell(news: readonly KeyNews[], scope: RequestScope): Promise<ToldNews>;
  /**
   * Of a key whose row was changed or was not, nobody knows: has every isolate read it again, by its next sync, and once more when
   * nothing that was sent can still arrive. One that cannot read it goes by it no more.
   */
  doubt(keyId: string, scope: RequestScope): Promise<void>;
}

interface NewsOfKeysOptions {
  readonly tellKeys: TellKeys;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly report: (failure: unknown) => void;
  /** How old what an isolate knows may be, in milliseconds. */
  readonly viewLifeMs: number;
}

/** After it no statement that the database did not confirm is taken for being still on its way. With the tries below under 30 s. */
const arrivedMs = 8_000;

/** Together some 20 s: Workers leave 30 s to work behind an answer. */
const retryMs = [100, 200, 400, 800, 1_600, 3_000, 5_000, 8_000] as const;

export function createNewsOfKeys(options: NewsOfKeysOptions): NewsOfKeys {
  const { tellKeys, clock, timers, report, viewLifeMs } = options;

  async function tellAgain(news: readonly KeyNews[], firstAtMs: number): Promise<void> {
    for (const waitMs of retryMs) {
      await timers.sleep(waitMs);
      const told = await tellKeys(after(clock.monotonicMs() - firstAtMs, news));
      if (told.ok) return;
    }
    report(`keys: Redis was not told of ${news.map(({ keyId }) => keyId).join(', ')}`);
  }

  async function doubtAgain(news: readonly KeyNews[], scope: RequestScope): Promise<void> {
    await timers.sleep(arrivedMs);
    await tell(news, scope);
  }

  async function tell(news: readonly KeyNews[], scope: RequestScope): Promise<ToldNews> {
    const firstAtMs = clock.monotonicMs();
    const told = await tellKeys(news);
    if (!told.ok) scope.waitUntil(tellAgain(news, firstAtMs));
    const dueInMs = Math.max(...news.map((word) => (word.kind === 'retired' ? word.inMs : 0)));
    // An isolate that is told nothing goes by what it read for so long.
    const knownInMs = told.ok ? dueInMs + viewLifeMs : Math.max(dueInMs + viewLifeMs, cachedKeyMsMax);
    return { redis: told.ok ? 'CONFIRMED' : 'PENDING', effectiveByMs: clock.nowMs() + knownInMs };
  }

  return {
    tell,
    async doubt(keyId, scope) {
      const news = [{ kind: 'changed', keyId }] as const;
      scope.waitUntil(doubtAgain(news, scope));
      await tell(news, scope);
    },
  };
}

/** The same news, so many milliseconds later. */
const after = (passedMs: number, news: readonly KeyNews[]): readonly KeyNews[] =>
  news.map((word) =>
    word.kind === 'retired' ? { ...word, inMs: Math.max(0, Math.floor(word.inMs - passedMs)) } : word,
  );
