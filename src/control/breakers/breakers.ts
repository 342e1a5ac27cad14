import { type Breaker, createBreaker, type LocalBreaker, type Report } from './breaker.ts';
import { type BreakerName, type BreakerSettings, breakerNames } from './breaker-settings.ts';
import type { BreakerAsk, BreakerNews } from './breaker-wire.ts';

export interface BreakerStatus {
  readonly name: BreakerName;
  readonly state: ReturnType<LocalBreaker['state']>;
}

/** The breakers of an isolate, by name, and what a sync carries for them. */
export interface Breakers {
  of(name: BreakerName): Breaker;
  stateOf(name: BreakerName): BreakerStatus['state'];
  status(): readonly BreakerStatus[];
  /** Whether the fleet should be told something at once. */
  isUrgent(): boolean;
  ask(): BreakerAsk;
  /** What a sync brought that carried `ask`; undefined when there was nothing to tell. */
  learn(news: BreakerNews | undefined, ask: BreakerAsk): void;
}

interface BreakersOptions {
  readonly settings: Readonly<Record<BreakerName, BreakerSettings>>;
  readonly clock: { monotonicMs(): number };
  /** Is told whenever a breaker's state is another than when it was last told. */
  readonly report: (change: string) => void;
}

export function createBreakers({ settings, clock, report }: BreakersOptions): Breakers {
  const all = breakerNames.map((name) => ({
    name,
    breaker: createBreaker(settings[name]),
    told: 'closed',
  }));
  const byName = new Map(all.map(({ name, breaker }) => [name, breaker]));
  let revision = 0;

  function breakerOf(name: BreakerName): LocalBreaker {
    const breaker = byName.get(name);
    if (!breaker) throw new RangeError(`no such breaker: ${name}`);
    return breaker;
  }

  function reportChanges(): void {
    for (const entry of all) {
      const state = entry.breaker.state(clock.monotonicMs());
      if (state !== entry.told) report(`breaker ${entry.name}: ${entry.told} → ${state}`);
      entry.told = state;
    }
  }

  const reportsOf = (ask: BreakerAsk, name: BreakerName): readonly Report[] =>
    ask.reports.filter((entry) => entry.name === name).map((entry) => entry.report);

  return {
    of: breakerOf,
    stateOf: (name) => breakerOf(name).state(clock.monotonicMs()),
    status: () => all.map(({ name, breaker }) => ({ name, state: breaker.state(clock.monotonicMs()) })),
    isUrgent: () => all.some(({ breaker }) => breaker.isUrgent()),
    ask() {
      reportChanges();
      const nowMs = clock.monotonicMs();
      const reports = all.flatMap(({ name, breaker }) =>
        breaker.reports(nowMs).map((entry) => ({ name, report: entry, settings: settings[name] })),
      );
      return { revision, askedAtMs: nowMs, reports };
    },
    learn(news, ask) {
      if (!news) return;
      const nowMs = clock.monotonicMs();
      const isOlder = news.revision < revision;
      revision = news.revision;
      for (const { name, breaker } of all) {
        const shared = news.shared.get(name) ?? { state: 'closed', generation: 0 };
        breaker.learn(shared, reportsOf(ask, name), isOlder, nowMs);
      }
      for (const { name, generation, leases } of news.granted) {
        breakerOf(name).grant(generation, leases, ask.askedAtMs + settings[name].probeLeaseMs);
      }
      reportChanges();
    },
  };
}
