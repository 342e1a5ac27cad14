/**
 * The Sobol sequence with Owen's nested scrambling: any run of 2ᵏ points from a multiple of 2ᵏ on is spread more evenly
 * than random ones, in every projection, and a different scramble gives an independent sequence of that kind.
 *
 * Direction numbers: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections",
 * SIAM J. Sci. Comput. 30 (2008), 2635-2654; the first rows of their file new-joe-kuo-6.21201.
 * Scramble by hash: B. Burley, "Practical hash-based Owen scrambling", JCGT 9(4) (2020), 1-20, with the permutation
 * of S. Laine and T. Karras (2011) as he improves it.
 */
export const SOBOL_DIMENSIONS_MAX = 40;

/**
 * Coordinate `dimension` of point `index`, in [0, 1), a multiple of 2⁻³².
 *
 * `index`: integer in [0, 2³²). `dimension`: in [0, {@link SOBOL_DIMENSIONS_MAX}). `scramble`: any 32 bits; its own for
 * each dimension.
 */
export function sobolCoordinate(index: number, dimension: number, scramble: number): number {
  const numbers = directions[dimension];
  if (numbers === undefined) throw new RangeError(`No direction numbers for dimension ${dimension}`);
  let bits = 0;
  let rest = index;
  for (let i = 0; rest > 0; i += 1) {
    if (rest % 2 === 1) bits ^= numbers[i] as number;
    rest = Math.floor(rest / 2);
  }
  return (owenScrambled(bits, scramble) >>> 0) / 4_294_967_296;
}

/** Flips each bit by a hash of the bits above it, which the reversal turns into those below. */
function owenScrambled(bits: number, scramble: number): number {
  let x = reversed(bits);
  x ^= Math.imul(x, 0x3d20adea);
  x = (x + scramble) | 0;
  x = Math.imul(x, (scramble >>> 16) | 1);
  x ^= Math.imul(x, 0x05526c56);
  x ^= Math.imul(x, 0x53a22864);
  return reversed(x);
}

function reversed(bits: number): number {
  let x = bits;
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return (x >>> 16) | (x << 16);
}

/**
 * Of each dimension from the second on, the coefficients of its primitive polynomial over GF(2), both ends included, as
 * the bits of a number, and the first odd numbers m, as many as its degree.
 */
const JOE_KUO: readonly (readonly [polynomial: number, initial: readonly number[]])[] = [
  [3, [1]],
  [7, [1, 3]],
  [11, [1, 3, 1]],
  [13, [1, 1, 1]],
  [19, [1, 1, 3, 3]],
  [25, [1, 3, 5, 13]],
  [37, [1, 1, 5, 5, 17]],
  [41, [1, 1, 5, 5, 5]],
  [47, [1, 1, 7, 11, 19]],
  [55, [1, 1, 5, 1, 1]],
  [59, [1, 1, 1, 3, 11]],
  [61, [1, 3, 5, 5, 31]],
  [67, [1, 3, 3, 9, 7, 49]],
  [91, [1, 1, 1, 15, 21, 21]],
  [97, [1, 3, 1, 13, 27, 49]],
  [103, [1, 1, 1, 15, 7, 5]],
  [109, [1, 3, 1, 15, 13, 25]],
  [115, [1, 1, 5, 5, 19, 61]],
  [131, [1, 3, 7, 11, 23, 15, 103]],
  [137, [1, 3, 7, 13, 13, 15, 69]],
  [143, [1, 1, 3, 13, 7, 35, 63]],
  [145, [1, 3, 5, 9, 1, 25, 53]],
  [157, [1, 3, 1, 13, 9, 35, 107]],
  [167, [1, 3, 1, 5, 27, 61, 31]],
  [171, [1, 1, 5, 11, 19, 41, 61]],
  [185, [1, 3, 5, 3, 3, 13, 69]],
  [191, [1, 1, 7, 13, 1, 19, 1]],
  [193, [1, 3, 7, 5, 13, 19, 59]],
  [203, [1, 1, 3, 9, 25, 29, 41]],
  [211, [1, 3, 5, 13, 23, 1, 55]],
  [213, [1, 3, 7, 3, 13, 59, 17]],
  [229, [1, 3, 1, 3, 5, 53, 69]],
  [239, [1, 1, 5, 5, 23, 33, 13]],
  [241, [1, 1, 7, 7, 1, 61, 123]],
  [247, [1, 1, 7, 9, 13, 61, 49]],
  [253, [1, 3, 3, 5, 3, 55, 33]],
  [285, [1, 3, 1, 15, 31, 13, 49, 245]],
  [299, [1, 3, 5, 15, 31, 59, 63, 97]],
  [301, [1, 3, 1, 11, 11, 11, 77, 249]],
];

/** [dimension][i]: what bit i of the index contributes, its first binary digit the highest bit. */
const directions: readonly Int32Array[] = [
  Int32Array.from({ length: 32 }, (_, i) => 1 << (31 - i)),
  ...JOE_KUO.map(([polynomial, initial]) => directionNumbers(polynomial, initial)),
];

function directionNumbers(polynomial: number, initial: readonly number[]): Int32Array {
  const degree = initial.length;
  const numbers = new Int32Array(32);
  for (let i = 0; i < 32; i += 1) {
    if (i < degree) {
      numbers[i] = (initial[i] as number) << (31 - i);
      continue;
    }
    const oldest = numbers[i - degree] as number;
    let number = oldest ^ (oldest >>> degree);
    for (let lag = 1; lag < degree; lag += 1) {
      if ((polynomial >>> (degree - lag)) & 1) number ^= numbers[i - lag] as number;
    }
    numbers[i] = number;
  }
  return numbers;
}
