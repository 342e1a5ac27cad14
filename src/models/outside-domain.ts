import type { Manifest } from './manifest.ts';

/** Index of the first value of a row that lies outside the trained range, or undefined. NaN is outside. */
export function outsideDomain(domain: Manifest['domain'], values: Float32Array): number | undefined {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? Number.NaN;
    const inside = value >= (domain.min[index] ?? Infinity) && value <= (domain.max[index] ?? -Infinity);
    if (!inside) return index;
  }
  return undefined;
}
