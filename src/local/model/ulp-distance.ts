/** How many f32 lie from one to the other; 0 of two NaNs, and 1 from −0 to 0. */
export function ulpDistance(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b))
    return Number.isNaN(a) && Number.isNaN(b) ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs(placeOf(a) - placeOf(b));
}

/** Of an f32 among all of them in order. */
function placeOf(value: number): number {
  const bits = new Int32Array(Float32Array.of(value).buffer)[0] ?? 0;
  return bits < 0 ? -(bits & 0x7fffffff) - 1 : bits;
}
