import type { Alarms, Clock, Timers } from '../src/core/clock.ts';

interface Sleeper {
  readonly wakesAtMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/** A clock that moves only when told to, and timers that fire on it in order. */
export class VirtualTime implements Clock, Timers, Alarms {
  #nowMs: number;
  #sleepers: Sleeper[] = [];
  #order = 0;

  constructor(startMs = 1_790_000_000_000) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      this.#order += 1;
      const sleeper = { wakesAtMs: this.#nowMs + durationMs, order: this.#order, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      });
    });
  }

  setAlarm(durationMs: number, ring: () => void): () => void {
    this.#order += 1;
    const sleeper = { wakesAtMs: this.#nowMs + durationMs, order: this.#order, wake: ring };
    this.#sleepers.push(sleeper);
    return () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
    };
  }

  /** Lets `durationMs` pass, waking every sleeper at its instant and letting its continuations run. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await settle();
    for (let next = this.#nextBefore(endMs); next; next = this.#nextBefore(endMs)) {
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#nowMs = Math.max(this.#nowMs, next.wakesAtMs);
      next.wake();
      await settle();
    }
    this.#nowMs = endMs;
  }

  #nextBefore(endMs: number): Sleeper | undefined {
    return this.#sleepers
      .filter((sleeper) => sleeper.wakesAtMs <= endMs)
      .sort((a, b) => a.wakesAtMs - b.wakesAtMs || a.order - b.order)[0];
  }
}

/** Lets every promise that can continue without time passing do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
