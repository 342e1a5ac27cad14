import type { RawEngine } from './raw-engines.ts';
import { ulpDistance } from './ulp-distance.ts';

export interface Comparison {
  readonly rows: number;
  readonly values: number;
  readonly differing: number;
  /** Between the two answers that are furthest from each other; infinite where only one of them is NaN. */
  readonly ulpMax: number;
  /** Row of the first difference, from 0; undefined where there is none. */
  readonly firstRow: number | undefined;
}

/** All rows as one batch and the first hundred one by one, by both. */
export async function compareEngines(
  a: RawEngine,
  b: RawEngine,
  rows: Float32Array,
  width: number,
): Promise<Comparison> {
  const count = rows.length / width;
  const [left, right] = [await a.run(rows, count), await b.run(rows, count)];
  if (left.length !== right.length) throw new Error(`${left.length} numbers and ${right.length}`);
  const columns = left.length / count;
  for (let row = 0; row < Math.min(count, 100); row += 1) {
    const one = rows.subarray(row * width, (row + 1) * width);
    left.set(await a.run(one, 1), row * columns);
    right.set(await b.run(one, 1), row * columns);
  }
  const distances = Array.from(left, (value, i) => ulpDistance(value, right[i] ?? Number.NaN));
  const first = distances.findIndex((distance) => distance > 0);
  return {
    rows: count,
    values: left.length,
    differing: distances.filter((distance) => distance > 0).length,
    ulpMax: distances.reduce((most, distance) => Math.max(most, distance), 0),
    firstRow: first < 0 ? undefined : Math.floor(first / columns),
  };
}

/** Microseconds a row, one row at a time, over at least `durationMs`. */
export async function usPerRow(
  engine: RawEngine,
  rows: Float32Array,
  width: number,
  durationMs: number,
): Promise<number> {
  const count = Math.min(rows.length / width, 256);
  const single = Array.from({ length: count }, (_, row) => rows.slice(row * width, (row + 1) * width));
  let measuredUs = Number.NaN;
  // The first of two turns is for the compiler.
  for (let turn = 0; turn < 2; turn += 1) {
    const startedMs = performance.now();
    let calls = 0;
    while (performance.now() - startedMs < durationMs) {
      for (const row of single) await engine.run(row, 1);
      calls += single.length;
    }
    measuredUs = ((performance.now() - startedMs) * 1_000) / calls;
  }
  return measuredUs;
}
