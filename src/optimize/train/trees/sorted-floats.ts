/**
 * The values in ascending order, −0 before 0, without NaN. A radix sort by three digits of 11 bits: several
 * times faster than the engine's own, which matters where each column of a table is sorted for every fit.
 */
export function sortedFloats(values: Float32Array): Float32Array {
  let keys = keysOf(values);
  let spare = new Uint32Array(keys.length);
  const positions = new Uint32Array(DIGITS);
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    distribute(keys, spare, shift, positions);
    [keys, spare] = [spare, keys];
  }
  const patterns = spare;
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as number;
    patterns[i] = key & SIGN ? key ^ SIGN : ~key;
  }
  return new Float32Array(patterns.buffer);
}

const DIGIT_BITS = 11;
const DIGITS = 2048;
const SIGN = 0x80000000;

/** Bit patterns that ascend with their values: the sign bit inverted, all bits of a negative number. */
function keysOf(values: Float32Array): Uint32Array<ArrayBuffer> {
  const patterns = new Uint32Array(values.length);
  new Float32Array(patterns.buffer).set(values);
  let size = 0;
  for (let i = 0; i < patterns.length; i += 1) {
    if (Number.isNaN(values[i] as number)) continue;
    const pattern = patterns[i] as number;
    patterns[size] = pattern & SIGN ? ~pattern : pattern ^ SIGN;
    size += 1;
  }
  return patterns.slice(0, size);
}

/** One stable pass by the digit at `shift`. */
function distribute(from: Uint32Array, to: Uint32Array, shift: number, positions: Uint32Array): void {
  positions.fill(0);
  for (let i = 0; i < from.length; i += 1) {
    const digit = ((from[i] as number) >>> shift) & (DIGITS - 1);
    positions[digit] = (positions[digit] as number) + 1;
  }
  let next = 0;
  for (let digit = 0; digit < DIGITS; digit += 1) {
    const size = positions[digit] as number;
    positions[digit] = next;
    next += size;
  }
  for (let i = 0; i < from.length; i += 1) {
    const key = from[i] as number;
    const digit = (key >>> shift) & (DIGITS - 1);
    const position = positions[digit] as number;
    to[position] = key;
    positions[digit] = position + 1;
  }
}
