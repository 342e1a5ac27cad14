import type { Clock, Timers } from '../../src/core/clock.ts';

export interface EventQueue extends Clock, Timers {
  /** Runs `task` at the virtual instant `inMs` from now. */
  after(inMs: number, task: () => void): void;
  /** Lets `durationMs` pass: everything due runs in order, each with what it causes, before time moves on. */
  pass(durationMs: number): Promise<void>;
  /** Lets time pass until `work` is done; throws when nothing is left that could end it. */
  until<T>(work: Promise<T>): Promise<T>;
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  readonly isOff?: (() => boolean) | undefined;
}

/** Virtual time for a fleet: waiting costs nothing. The wall clock starts at `epochMs`, the monotonic one at 0. */
export function createEventQueue(epochMs = 1_800_000_000_000): EventQueue {
  let queue: Due[] = [];
  let atMs = 0;
  let order = 0;

  const after = (inMs: number, run: () => void, isOff?: () => boolean): void => {
    order += 1;
    queue.push({ atMs: atMs + Math.max(0, inMs), order, run, isOff });
  };

  /** Runs everything that can go on without time passing. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  function step(limitMs: number): boolean {
    queue = queue.filter((due) => !due.isOff?.());
    queue.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    if (queue[0] === undefined || queue[0].atMs > limitMs) return false;
    const due = queue.shift() as Due;
    atMs = due.atMs;
    due.run();
    return true;
  }

  return {
    nowMs: () => epochMs + Math.floor(atMs),
    monotonicMs: () => atMs,
    after,
    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        signal?.addEventListener('abort', () => resolve());
        after(durationMs, resolve, () => signal?.aborted === true);
      }),
    async pass(durationMs) {
      const untilMs = atMs + durationMs;
      do await settle();
      while (step(untilMs));
      atMs = untilMs;
    },
    async until(work) {
      let ended = false;
      const end = () => {
        ended = true;
      };
      work.then(end, end);
      for (;;) {
        await settle();
        if (ended) return work;
        if (!step(Number.POSITIVE_INFINITY)) throw new Error('nothing is left to wait for');
      }
    },
  };
}
