const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** How many of the four bytes of an f32 are kept, from the sign down. 2 leaves 8 significant bits, 3 leaves 16. */
export type FloatBytes = 2 | 3 | 4;

/** The f32 nearest to `x` whose lowest 4 − `bytes` bytes are 0, ties to the even side. */
export function roundFloat(x: number, bytes: FloatBytes): number {
  const dropped = 8 * (4 - bytes);
  if (dropped === 0 || !Number.isFinite(x)) return Math.fround(x);
  float[0] = x;
  const pattern = bits[0] as number;
  const half = (1 << (dropped - 1)) - 1;
  const odd = (pattern >>> dropped) & 1;
  bits[0] = ((pattern + half + odd) >>> dropped) << dropped;
  return float[0];
}

/** The same, but the nearest that is not below `x`, for x ≥ 0. */
export function roundFloatUp(x: number, bytes: FloatBytes): number {
  const nearest = roundFloat(x, bytes);
  if (nearest >= x) return nearest;
  float[0] = nearest;
  bits[0] = (bits[0] as number) + (1 << (8 * (4 - bytes)));
  return float[0];
}

/** The least number of bytes that hold every value exactly. */
export function floatBytesOf(values: Float32Array): FloatBytes {
  for (const bytes of [2, 3] as const) {
    if (values.every((value) => Object.is(roundFloat(value, bytes), value))) return bytes;
  }
  return 4;
}
