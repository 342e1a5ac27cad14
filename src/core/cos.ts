/**
 * Cosine of x radians, the same f64 on every engine.
 *
 * Domain: |x| ≤ 10⁵, else NaN (±∞ and NaN too).
 * Error: absolute, below 2⁻⁵² (a few rounding errors of a result of at most 1; near its zeros not relative).
 * Method: x less the nearest multiple of π/2, which is taken off in two parts, then the minimax polynomials of
 * sine and cosine on [−π/4, π/4] of fdlibm (Sun Microsystems, 1993: k_sin.c, k_cos.c).
 */
export function cos(x: number): number {
  if (!(Math.abs(x) <= 1e5)) return Number.NaN;
  const quarter = Math.floor(x * TWO_OVER_PI + 0.5);
  const rest = x - quarter * HALF_PI_HIGH - quarter * HALF_PI_LOW;
  switch (quarter & 3) {
    case 0:
      return cosNearZero(rest);
    case 1:
      return -sinNearZero(rest);
    case 2:
      return -cosNearZero(rest);
    default:
      return sinNearZero(rest);
  }
}

const TWO_OVER_PI = 0.6366197723675814;
/** The first 33 bits of π/2, so that a multiple of up to 20 bits is exact, and what they lack. */
const HALF_PI_HIGH = 1.5707963267341256;
const HALF_PI_LOW = 6.077100506506192e-11;

function sinNearZero(x: number): number {
  const square = x * x;
  const series =
    -0.16666666666666632 +
    square *
      (0.00833333333332249 +
        square *
          (-1.984126982985795e-4 +
            square *
              (2.7557313707070068e-6 + square * (-2.5050760253406863e-8 + square * 1.58969099521155e-10))));
  return x + x * square * series;
}

function cosNearZero(x: number): number {
  const square = x * x;
  const series =
    0.0416666666666666 +
    square *
      (-0.001388888888887411 +
        square *
          (2.480158728947673e-5 +
            square *
              (-2.7557314351390663e-7 + square * (2.087572321298175e-9 + square * -1.1359647557788195e-11))));
  return 1 - (0.5 * square - square * square * series);
}
