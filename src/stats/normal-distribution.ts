import { exp } from '../core/exp.ts';
import { log } from '../core/log.ts';
import { ERF_BOUND, erfNearZero, scaledErfc } from './scaled-erfc.ts';

/** The standard normal distribution, the same f64s on every engine. */

/** ½·log 2π: −log of the density at 0. */
export const HALF_LOG_TWO_PI = 0.9189385332046727;

/**
 * P(X ≤ x). NaN → NaN, ±∞ → 1 and 0.
 * Relative error: a few 2⁻⁵³, in the lower tail x² · 2⁻⁵³ more, for the rounding of x².
 */
export function normalCdf(x: number): number {
  const y = Math.abs(x) * ROOT_HALF;
  if (y <= ERF_BOUND) return 0.5 + 0.5 * erfNearZero(x * ROOT_HALF);
  if (!(y < 27.5)) return Number.isNaN(x) ? x : Number(x > 0);
  const tail = 0.5 * exp(-0.5 * x * x) * scaledErfc(y);
  return x < 0 ? tail : 1 - tail;
}

/**
 * log P(low < X ≤ high) for low ≤ high, either of them far out in a tail: there the mass itself underflows.
 * −∞ for an empty interval. Absolute error: about 2⁻⁵¹ / (high − low), a difference of two tails.
 */
export function logNormalMass(low: number, high: number): number {
  if (low > 0) return logTailMass(low, high);
  if (high < 0) return logTailMass(-high, -low);
  return log(1 - normalCdf(low) - normalCdf(-high));
}

/** As {@link logNormalMass}, for 0 ≤ near ≤ far: the factor e^(−near²/2) is taken out of both tails. */
function logTailMass(near: number, far: number): number {
  const rest =
    far === Number.POSITIVE_INFINITY ? 0 : exp(0.5 * (near - far) * (near + far)) * halfScaled(far);
  return log(halfScaled(near) - rest) - 0.5 * near * near;
}

const halfScaled = (x: number): number => 0.5 * scaledErfc(x * ROOT_HALF);

/**
 * The x with P(X ≤ x) = probability; ±∞ at 1 and 0, NaN outside [0, 1].
 * Relative error: about 10⁻¹⁵. Algorithm AS 241 (PPND16): M. J. Wichura, Applied Statistics 37 (1988), 477-484.
 */
export function normalQuantile(probability: number): number {
  const fromHalf = probability - 0.5;
  if (Math.abs(fromHalf) <= 0.425) return fromHalf * centralQuotient(0.180625 - fromHalf * fromHalf);
  if (!(probability > 0 && probability < 1)) return atEdge(probability);
  const tail = fromHalf < 0 ? probability : 1 - probability;
  const root = Math.sqrt(-log(tail));
  const size = root <= 5 ? tailQuotient(root - 1.6) : farTailQuotient(root - 5);
  return fromHalf < 0 ? -size : size;
}

function atEdge(probability: number): number {
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  return probability === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
}

function centralQuotient(r: number): number {
  const above =
    ((((((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r + 45921.95393154987) * r +
      13731.69376550946) *
      r +
      1971.5909503065513) *
      r +
      133.14166789178438) *
      r +
    3.3871328727963665;
  const below =
    ((((((5226.495278852854 * r + 28729.085735721943) * r + 39307.89580009271) * r + 21213.794301586597) * r +
      5394.196021424751) *
      r +
      687.1870074920579) *
      r +
      42.31333070160091) *
      r +
    1;
  return above / below;
}

function tailQuotient(r: number): number {
  const above =
    ((((((7.745450142783414e-4 * r + 0.022723844989269184) * r + 0.2417807251774506) * r +
      1.2704582524523684) *
      r +
      3.6478483247632045) *
      r +
      5.769497221460691) *
      r +
      4.630337846156546) *
      r +
    1.4234371107496835;
  const below =
    ((((((1.0507500716444169e-9 * r + 5.475938084995345e-4) * r + 0.015198666563616457) * r +
      0.14810397642748008) *
      r +
      0.6897673349851) *
      r +
      1.6763848301838038) *
      r +
      2.053191626637759) *
      r +
    1;
  return above / below;
}

function farTailQuotient(r: number): number {
  const above =
    ((((((2.0103343992922881e-7 * r + 2.7115555687434876e-5) * r + 0.0012426609473880784) * r +
      0.026532189526576124) *
      r +
      0.29656057182850487) *
      r +
      1.7848265399172913) *
      r +
      5.463784911164114) *
      r +
    6.657904643501103;
  const below =
    ((((((2.0442631033899397e-15 * r + 1.421511758316446e-7) * r + 1.8463183175100548e-5) * r +
      7.868691311456133e-4) *
      r +
      0.014875361290850615) *
      r +
      0.1369298809227358) *
      r +
      0.599832206555888) *
      r +
    1;
  return above / below;
}

const ROOT_HALF = Math.SQRT2 / 2;
