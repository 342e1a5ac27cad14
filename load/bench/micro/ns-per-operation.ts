/** Long against the clock's own step (5 µs in Deno), short against the scheduler's. */
const BATCH_MS_MIN = 4;
const WARM_UP_MS = 200;
const BATCHES = 25;

type Operation = (index: number) => number | Promise<number>;
type TimedRun = (size: number) => number | Promise<number>;

/**
 * Nanoseconds a call, as the median of batches after a warm-up that ends where optimising compilers have long
 * been done. The loop's own cost is in it: below a nanosecond, and a turn of the microtask queue where the operation is
 * asynchronous, as whoever awaits it pays it too.
 */
export async function nsPerOperation(operation: Operation): Promise<number> {
  const durationMsOf = timedRunOf(operation);
  const size = await batchSizeOf(durationMsOf);
  const costs: number[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1) costs.push(((await durationMsOf(size)) * 1e6) / size);
  const middle = costs.toSorted((a, b) => a - b)[BATCHES >> 1];
  if (middle === undefined) throw new RangeError('no batch was run');
  return middle;
}

/** Doubles the batch until it is long enough and the warm-up is over. */
async function batchSizeOf(durationMsOf: TimedRun): Promise<number> {
  const startedMs = performance.now();
  for (let size = 16; ; size *= 2) {
    let durationMs = await durationMsOf(size);
    if (durationMs < BATCH_MS_MIN) continue;
    while (performance.now() - startedMs < WARM_UP_MS) durationMs = await durationMsOf(size);
    // Once it runs compiled, the batch of the interpreter may be too short.
    if (durationMs >= BATCH_MS_MIN) return size;
  }
}

/** What is synchronous runs in a loop without an await, which would cost more than many operations do. */
function timedRunOf(operation: Operation): TimedRun {
  const isAsynchronous = typeof operation(0) !== 'number';
  return isAsynchronous
    ? (size) => awaitedMsOf(operation, size)
    : (size) => durationMsOf(operation as (index: number) => number, size);
}

function durationMsOf(operation: (index: number) => number, size: number): number {
  const startedMs = performance.now();
  let total = 0;
  for (let index = 0; index < size; index += 1) total += operation(index);
  return checked(total, performance.now() - startedMs);
}

async function awaitedMsOf(operation: Operation, size: number): Promise<number> {
  const startedMs = performance.now();
  let total = 0;
  for (let index = 0; index < size; index += 1) total += await operation(index);
  return checked(total, performance.now() - startedMs);
}

function checked(total: number, durationMs: number): number {
  if (Number.isNaN(total)) throw new RangeError('the operation answered NaN');
  return durationMs;
}
