import { expTable } from '../core/exp-table.ts';
import { highWordOf, withHighWord } from '../core/float-bits.ts';
import { pow } from '../core/pow.ts';

/**
 * Where values fall in a base-2 exponential histogram: bucket i at scale s holds (b^i, b^(i+1)] with b = 2^(2^−s)
 * (OpenTelemetry metrics data model). Halving the scale is `i >> 1`, so one exact index serves every scale.
 */
export const SCALE_MAX = 6;

const BUCKETS_PER_OCTAVE = 64;
/** Greatest f64 up to 2^(i/64) for i = 0…63: the upper edges of an octave's buckets; the 2 is never passed. */
const octaveEdges = Float64Array.from({ length: BUCKETS_PER_OCTAVE + 1 }, (_, index) => {
  if (index === BUCKETS_PER_OCTAVE) return 2;
  const nearest = expTable[4 * index] as number;
  const isAbove = (expTable[4 * index + 1] as number) < 0;
  return isAbove ? nearest - Number.EPSILON : nearest;
});

/** How many edges lie below 1 + i/128 for i = 0…127; each such slot holds at most one edge more. */
const edgesBelowSlot = Uint8Array.from({ length: 128 }, (_, slot) =>
  octaveEdges.findIndex((edge) => edge >= 1 + slot / 128),
);

/** ⌈64 · log₂ value⌉ − 1, exactly, for a finite value > 0: its bucket's index at {@link SCALE_MAX}. */
export function finestIndexOf(value: number): number {
  const isSubnormal = value < 2.2250738585072014e-308;
  const normal = isSubnormal ? value * 18014398509481984 : value;
  const highWord = highWordOf(normal);
  const exponent = (highWord >> 20) - (isSubnormal ? 1077 : 1023);
  const fraction = withHighWord(normal, (highWord & 0xfffff) | 0x3ff00000);
  const below = edgesBelowSlot[(highWord >> 13) & 127] as number;
  const isPastEdge = fraction > (octaveEdges[below] as number);
  return exponent * BUCKETS_PER_OCTAVE + below - (isPastEdge ? 0 : 1);
}

/** The value with the same relative distance to both ends of a bucket, 2·b^i/(1 + 1/b). May be infinite. */
export function middleOf(index: number, scale: number): number {
  const width = (1 << (SCALE_MAX - scale)) / BUCKETS_PER_OCTAVE;
  return pow(2, index * width) * (2 / (1 + pow(2, -width)));
}
