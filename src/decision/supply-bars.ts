import type { Breaker } from '../control/breakers/breaker.ts';
import type { Clock } from '../core/clock.ts';
import type { Bar } from '../features/bar.ts';
import type { BarSource } from '../market/bar-source.ts';
import type { Question } from './question.ts';

/** A question that came without data, with bars where they can be had. Never throws. */
export type SupplyBars = (question: Question) => Promise<Question>;

interface SupplyOptions {
  /** Null where none is configured. */
  readonly source: BarSource | null;
  /** Around the source, whatever the symbol. */
  readonly breaker: Breaker;
  readonly clock: Clock;
  /** Bars of before that stand in for a source that fails are not older than this, in milliseconds. */
  readonly cachedMsMax: number;
}

interface Fetched {
  readonly bars: readonly Bar[];
  /** By the monotonic clock. */
  readonly atMs: number;
}

/** Within it bars are as good as fetched: a client that asks all the time does not ask the source as often. */
const reusedMs = 1_000;
const symbolsMax = 64;

/**
 * Bars from the source, under its breaker. While that fails, those of before stand in for it for a while, from which nothing that adds
 * exposure may come (see judge-questions.ts); a series that a newer bar has closed upon is stale however it was come by.
 *
 * | held            | source           | bars                        |
 * |-----------------|------------------|-----------------------------|
 * | just fetched    | not asked        | `fetched`                   |
 * | any, or nothing | answers          | `fetched`                   |
 * | young enough    | fails, is broken | `cached`                    |
 * | too old, or no  | fails, is broken | none, and the answer says so |
 * | any, or nothing | has none         | none                        |
 */
export function createSupplyBars({ source, breaker, clock, cachedMsMax }: SupplyOptions): SupplyBars {
  const held = new Map<string, Fetched>();

  function keep(name: string, bars: readonly Bar[]): void {
    held.delete(name);
    held.set(name, { bars, atMs: clock.monotonicMs() });
    const [oldest] = held.keys();
    if (held.size > symbolsMax && oldest !== undefined) held.delete(oldest);
  }

  function orCached(question: Question, name: string, detail: string): Question {
    const fetched = held.get(name);
    const isYoung = fetched && clock.monotonicMs() - fetched.atMs <= cachedMsMax;
    return isYoung ? withBars(question, fetched.bars, 'cached') : without(question, detail);
  }

  return async (question) => {
    if (!source) return without(question, 'send bars or features: no market data source is configured');
    if (question.asOfMs !== null) return without(question, 'send bars or features: history is not fetched');
    const { interval, calendar, features } = question.model.bundle.manifest;
    const { symbol } = question;
    const name = `${calendar} ${interval} ${features.windowBars} ${symbol}`;
    const startedAtMs = clock.monotonicMs();
    const fetched = held.get(name);
    if (fetched && startedAtMs - fetched.atMs < reusedMs) return withBars(question, fetched.bars, 'fetched');
    const admission = breaker.admit(startedAtMs);
    if (admission.kind === 'refused') {
      return orCached(
        question,
        name,
        'the market data source failed too often, and is left alone for a while',
      );
    }
    const wanted = { symbol, calendar, interval, count: features.windowBars, nowMs: clock.nowMs() };
    const loaded = await source.load(wanted);
    const nowMs = clock.monotonicMs();
    const hasFailed = !loaded.ok && loaded.error.kind === 'failed';
    breaker.settle(admission, { failed: hasFailed, tookMs: nowMs - startedAtMs }, nowMs);
    if (loaded.ok) {
      keep(name, loaded.value);
      return withBars(question, loaded.value, 'fetched');
    }
    const detail = `the market data source ${loaded.error.detail}`;
    return hasFailed ? orCached(question, name, detail) : without(question, detail);
  };
}

const withBars = (question: Question, bars: readonly Bar[], from: 'fetched' | 'cached'): Question => ({
  ...question,
  input: { kind: 'bars', bars, from },
});

const without = (question: Question, missing: string): Question => ({
  ...question,
  input: { kind: 'none', missing },
});
