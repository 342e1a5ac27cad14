/** Of edwards25519 (RFC 8032 §5.1): the field, and d of −x² + y² = 1 + d·x²·y². */
const p = 2n ** 255n - 19n;
const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/** The y of a point of order 8, and of every point of small order: under those anything can be signed. */
const ofOrder8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
const smallOrder = [0n, 1n, p - 1n, ofOrder8, p - ofOrder8];

/** Whether 64 lower-case hex digits are the one encoding of a point of edwards25519, and not of small order. */
export function isCurvePoint(hex: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(hex)) return false;
  const y = BigInt(`0x${hex.match(/../g)?.reverse().join('')}`) & (2n ** 255n - 1n);
  if (y >= p || smallOrder.includes(y)) return false;
  const [u, v] = [y * y - 1n, d * y * y + 1n];
  // x² = u/v has a root where u·v is a square, by Euler's criterion; that it is 0 was refused with y² = 1.
  return power((u * v) % p, (p - 1n) / 2n) === 1n;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % p;
    square = (square * square) % p;
  }
  return result;
}
