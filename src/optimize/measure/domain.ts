import type { Manifest } from '../../models/manifest.ts';

/**
 * Where the model may be asked: the range of each feature over the rows that shaped the model, widened by
 * `margin` × its width on both sides. The graph clips far values, so within the margin a model extends
 * what it learnt at the edge rather than extrapolating. The baseline is the mean row.
 *
 * @param rows f32[n × width], row-major
 */
export function fitDomain(rows: Float32Array, width: number, margin: number): Manifest['domain'] {
  const min: number[] = [];
  const max: number[] = [];
  const baseline: number[] = [];
  for (let j = 0; j < width; j += 1) {
    let low = Infinity;
    let high = -Infinity;
    let sum = 0;
    for (let at = j; at < rows.length; at += width) {
      const value = rows[at] as number;
      low = Math.min(low, value);
      high = Math.max(high, value);
      sum += value;
    }
    const widening = margin * (high - low);
    min.push(Math.min(low, sixDigits(low - widening)));
    max.push(Math.max(high, sixDigits(high + widening)));
    baseline.push(sixDigits((sum * width) / rows.length));
  }
  return { min, max, baseline };
}

/** Whether each row lies inside, as the serving path judges it. */
export function insideDomain(domain: Manifest['domain'], rows: Float32Array): readonly boolean[] {
  const width = domain.min.length;
  return Array.from({ length: rows.length / width }, (_, i) =>
    domain.min.every((low, j) => {
      const value = rows[i * width + j] as number;
      return value >= low && value <= (domain.max[j] as number);
    }),
  );
}

/** The margin makes more digits idle; where there is none, as of a constant, rounding must not leave the rows outside. */
const sixDigits = (x: number): number => Number(x.toPrecision(6));
