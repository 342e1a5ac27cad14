/** Long against the clock's own step (5 µs in Deno), short against the scheduler's. */
const BATCH_MS_MIN = 4;
const WARM_UP_MS = 200;
const BATCHES = 25;

/**
 * Nanoseconds a call, as the median of batches after a warm-up that ends where optimising compilers have long
 * been done. The loop's own cost, below a nanosecond, is in it.
 */
export function nsPerOperation(operation: (index: number) => number): number {
  const size = batchSizeOf(operation);
  const costs = Array.from({ length: BATCHES }, () => (durationMsOf(operation, size) * 1e6) / size);
  const middle = costs.toSorted((a, b) => a - b)[BATCHES >> 1];
  if (middle === undefined) throw new RangeError('no batch was run');
  return middle;
}

/** Doubles the batch until it is long enough and the warm-up is over. */
function batchSizeOf(operation: (index: number) => number): number {
  const startedMs = performance.now();
  for (let size = 16; ; size *= 2) {
    let durationMs = durationMsOf(operation, size);
    if (durationMs < BATCH_MS_MIN) continue;
    while (performance.now() - startedMs < WARM_UP_MS) durationMs = durationMsOf(operation, size);
    // Once it runs compiled, the batch of the interpreter may be too short.
    if (durationMs >= BATCH_MS_MIN) return size;
  }
}

function durationMsOf(operation: (index: number) => number, size: number): number {
  const startedMs = performance.now();
  let total = 0;
  for (let index = 0; index < size; index += 1) total += operation(index);
  const durationMs = performance.now() - startedMs;
  if (Number.isNaN(total)) throw new RangeError('the operation answered NaN');
  return durationMs;
}
