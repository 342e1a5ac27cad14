/** Which calls count: the last so many, or those of the last so many milliseconds. */
export type WindowShape =
  | { readonly kind: 'count'; readonly calls: number }
  | { readonly kind: 'time'; readonly spanMs: number };

/** How a call went. Slow is well, but late: it counts for the share of slow calls alone. */
export type CallQuality = 'good' | 'slow' | 'failed';

export type Tally = Record<CallQuality, number>;

export interface CallWindow {
  add(quality: CallQuality, nowMs: number): void;
  tally(nowMs: number): Readonly<Tally>;
  clear(): void;
}

const nothing = (): Tally => ({ good: 0, slow: 0, failed: 0 });

export const createCallWindow = (shape: WindowShape): CallWindow =>
  shape.kind === 'count' ? createCountWindow(shape.calls) : createTimeWindow(shape.spanMs);

function createCountWindow(calls: number): CallWindow {
  let tally = nothing();
  let kept: CallQuality[] = [];
  let next = 0;
  return {
    add(quality) {
      const pushedOut = kept[next];
      if (pushedOut) tally[pushedOut] -= 1;
      kept[next] = quality;
      tally[quality] += 1;
      next = (next + 1) % calls;
    },
    tally: () => tally,
    clear() {
      tally = nothing();
      kept = [];
      next = 0;
    },
  };
}

/** A call is forgotten between nine tenths of the span and the whole of it, also when nobody called meanwhile. */
const slices = 10;

function createTimeWindow(spanMs: number): CallWindow {
  const sliceMs = spanMs / slices;
  let kept: { slice: number; tally: Tally }[] = [];

  function forget(slice: number): void {
    while (kept[0] && kept[0].slice <= slice - slices) kept.shift();
  }

  return {
    add(quality, nowMs) {
      const slice = Math.floor(nowMs / sliceMs);
      let last = kept.at(-1);
      if (last === undefined || last.slice < slice) {
        forget(slice);
        last = { slice, tally: nothing() };
        kept.push(last);
      }
      last.tally[quality] += 1;
    },
    tally(nowMs) {
      forget(Math.floor(nowMs / sliceMs));
      const sum = nothing();
      for (const { tally } of kept) {
        sum.good += tally.good;
        sum.slow += tally.slow;
        sum.failed += tally.failed;
      }
      return sum;
    },
    clear() {
      kept = [];
    },
  };
}
