import { exp } from '../../core/exp.ts';
import { SeededRandom } from '../../core/seeded-random.ts';
import type { Bar } from '../../features/bar.ts';

/** A feature that changes when only its future does. */
export interface LookAhead {
  readonly name: string;
  /** First bar whose value changed, as an index of the bars. */
  readonly row: number;
  /** The last bar that was left as it is. */
  readonly known: number;
  /** `cut`: the bars after `known` were taken away; `changed`: they got other prices and volumes. */
  readonly by: 'cut' | 'changed';
}

interface LookAheadOptions {
  readonly bars: readonly Bar[];
  /** Columns of what `compute` gives. */
  readonly names: readonly string[];
  /** f64[bars × names], row-major, NaN where undefined; must be a pure function of the bars. */
  readonly compute: (bars: readonly Bar[]) => Float64Array;
  /** Places at which the future is taken away and changed, spread evenly, ≥ 1. */
  readonly cutCount: number;
  readonly seed: number;
}

/**
 * Whether what is computed at a bar depends on bars after it: takes the future away, and then changes it, and compares
 * every value up to the cut bit by bit. Answers the first row at fault of each feature, in the order of the features;
 * empty where nothing sees the future at any of the cuts.
 *
 * A feature that sees k bars ahead differs in the k rows before a cut; one that is scaled by the whole series differs
 * in all of them. Not seen: what leaks through data that was revised before it was written.
 *
 * @throws RangeError with fewer than two bars a cut
 */
export function findLookAhead(options: LookAheadOptions): readonly LookAhead[] {
  const { bars, names, compute, cutCount, seed } = options;
  if (!(cutCount >= 1 && bars.length >= 2 * (cutCount + 1))) {
    throw new RangeError(`${bars.length} bars cannot be cut ${cutCount} times`);
  }
  const random = new SeededRandom(seed);
  const original = compute(bars);
  const first = new Map<string, LookAhead>();
  for (let cut = 1; cut <= cutCount; cut += 1) {
    const known = Math.floor((cut * bars.length) / (cutCount + 1)) - 1;
    const past = bars.slice(0, known + 1);
    const tables = [
      { by: 'cut', table: compute(past) },
      {
        by: 'changed',
        table: compute([...past, ...bars.slice(known + 1).map((bar) => otherBar(bar, random))]),
      },
    ] as const;
    for (const { by, table } of tables) {
      for (const { place, row } of firstDifferences(original, table, names.length, known + 1)) {
        const name = names[place] as string;
        const found = first.get(name);
        if (found === undefined || row < found.row) first.set(name, { name, row, known, by });
      }
    }
  }
  return names.flatMap((name) => first.get(name) ?? []);
}

/** Valid, of the same time, with other prices and another volume. */
function otherBar({ tMs, open, high, low, close, volume }: Bar, random: SeededRandom): Bar {
  const factor = exp(random.normal() / 4);
  return {
    tMs,
    open: open * factor,
    high: high * factor * 1.01,
    low: low * factor * 0.99,
    close: close * factor,
    volume: (volume + 1) * exp(random.normal()),
  };
}

interface Difference {
  readonly place: number;
  readonly row: number;
}

/** Of each column that differs within the first `rowCount` rows. */
function firstDifferences(
  expected: Float64Array,
  actual: Float64Array,
  width: number,
  rowCount: number,
): readonly Difference[] {
  const found = new Map<number, number>();
  for (let at = 0; at < rowCount * width; at += 1) {
    const place = at % width;
    if (!Object.is(expected[at], actual[at]) && !found.has(place)) found.set(place, Math.floor(at / width));
  }
  return [...found].map(([place, row]) => ({ place, row }));
}
