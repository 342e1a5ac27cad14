import type { Clock, Timers } from '../../core/clock.ts';

export interface EventQueue extends Clock, Timers {
  /** Runs `task` at the virtual instant `inMs` from now, unless `isOff` says by then that it is called off. */
  after(inMs: number, task: () => void, isOff?: () => boolean): void;
  /** Lets `durationMs` pass: everything due runs in order, each with what it causes, before time moves on. */
  pass(durationMs: number): Promise<void>;
  /** Lets time pass until `work` is done; throws when nothing is left that could end it. */
  until<T>(work: Promise<T>): Promise<T>;
  /** Tasks run so far. */
  eventCount(): number;
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  readonly isOff: (() => boolean) | undefined;
}

/** What the wall clock shows at the start, epoch milliseconds. */
export const virtualEpochMs = 1_800_000_000_000;

/** Virtual time: waiting costs nothing. The wall clock starts at `virtualEpochMs`, the monotonic one at 0. */
export function createEventQueue(): EventQueue {
  const heap: Due[] = [];
  let atMs = 0;
  let order = 0;
  let eventCount = 0;

  const after: EventQueue['after'] = (inMs, run, isOff) => {
    order += 1;
    push(heap, { atMs: atMs + Math.max(0, inMs), order, run, isOff });
  };

  function step(limitMs: number): boolean {
    while (heap[0]?.isOff?.()) pop(heap);
    const due = heap[0];
    if (due === undefined || due.atMs > limitMs) return false;
    pop(heap);
    atMs = due.atMs;
    eventCount += 1;
    due.run();
    return true;
  }

  return {
    nowMs: () => virtualEpochMs + Math.floor(atMs),
    monotonicMs: () => atMs,
    eventCount: () => eventCount,
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

/**
 * Runs everything that can go on without time passing: Node's next tick comes when no microtask is left. A turn of the loop
 * would do as well, and costs ten times as much; nothing here waits for one, since the service asks only its `Runtime`.
 */
const settle = () => new Promise<void>((resolve) => process.nextTick(resolve));

const isBefore = (left: Due, right: Due): boolean =>
  left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);

/** A binary heap with the earliest on top. */
function push(heap: Due[], due: Due): void {
  let index = heap.length;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as Due;
    if (!isBefore(due, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = due;
}

function pop(heap: Due[]): void {
  const last = heap.pop() as Due;
  if (heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Due, heap[child] as Due)) child += 1;
    if (!isBefore(heap[child] as Due, last)) break;
    heap[index] = heap[child] as Due;
    index = child;
  }
  heap[index] = last;
}
