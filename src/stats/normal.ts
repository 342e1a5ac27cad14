import { exp } from '../core/exp.ts';
import { log } from '../core/log.ts';
import { horner } from './horner.ts';

/**
 * Φ(x), the chance that a standard normal variate is at most x; the same f64 on every engine.
 *
 * Domain: all numbers; −∞ → 0, ∞ → 1, NaN → NaN. Relative error below 10⁻¹⁵ for x ≥ −37, where results
 * are normal numbers (worst of 2·10⁴ arguments against 40 digits: 6.7·10⁻¹⁶).
 * Source: Φ(x) = ½ erfc(−x/√2); erf and erfc by W. J. Cody, Rational Chebyshev approximations for the error
 * function, Mathematics of Computation 23 (1969).
 */
export function normalCdf(x: number): number {
  const scaled = Math.abs(x) / Math.SQRT2;
  if (Number.isNaN(x)) return NaN;
  if (scaled <= ERF_BELOW) return 0.5 + 0.5 * erfNearZero(x / Math.SQRT2);
  const tail = 0.5 * erfcBeyond(scaled, x);
  return x < 0 ? tail : 1 - tail;
}

/**
 * The x with Φ(x) = `probability`. Domain: [0, 1], 0 → −∞, 1 → ∞; NaN elsewhere. Error below 10⁻¹⁵, relative where |x| > 1
 * and absolute below (worst of 1.1·10⁴ arguments against 40 digits: 6.7·10⁻¹⁶).
 * Source: M. J. Wichura, Algorithm AS 241, PPND16, Applied Statistics 37 (1988).
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return NaN;
  const fromHalf = probability - 0.5;
  if (Math.abs(fromHalf) <= 0.425) {
    const r = 0.180625 - fromHalf * fromHalf;
    return (fromHalf * horner(CENTRE_OVER, r)) / horner(CENTRE_UNDER, r);
  }
  const tail = fromHalf < 0 ? probability : 1 - probability;
  if (tail === 0) return fromHalf < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-log(tail));
  const size =
    r <= 5
      ? horner(MIDDLE_OVER, r - 1.6) / horner(MIDDLE_UNDER, r - 1.6)
      : horner(FAR_OVER, r - 5) / horner(FAR_UNDER, r - 5);
  return fromHalf < 0 ? -size : size;
}

const ERF_BELOW = 0.46875;
const ERFC_MIDDLE_BELOW = 4;
const INVERSE_SQRT_PI = 0.5641895835477563;

function erfNearZero(y: number): number {
  const square = y * y;
  return (y * horner(ERF_OVER, square)) / horner(ERF_UNDER, square);
}

/** erfc(y) for y = |x|/√2 > {@link ERF_BELOW}. e^(−y²) is taken of x, whose halved square loses less. */
function erfcBeyond(y: number, x: number): number {
  // Split as Cody does: the square of the head is exact, so e^(−x²/2) keeps its relative error in the far tail.
  const head = Math.floor(Math.abs(x) * 16) / 16;
  const rest = (Math.abs(x) - head) * (Math.abs(x) + head);
  const decay = exp((-head * head) / 2) * exp(-rest / 2);
  if (y <= ERFC_MIDDLE_BELOW) return (decay * horner(ERFC_OVER, y)) / horner(ERFC_UNDER, y);
  if (y === Number.POSITIVE_INFINITY || decay === 0 || Number.isNaN(decay)) return 0;
  const inverse = 1 / (y * y);
  const correction = (inverse * horner(ASYMPTOTE_OVER, inverse)) / horner(ASYMPTOTE_UNDER, inverse);
  return (decay * (INVERSE_SQRT_PI - correction)) / y;
}

// All coefficients from the constant on.
const ERF_OVER = [
  3209.3775891384694, 377.485237685302, 113.86415415105016, 3.1611237438705655, 0.18577770618460315,
];
const ERF_UNDER = [2844.236833439171, 1282.6165260773723, 244.02463793444417, 23.601290952344122, 1];
const ERFC_OVER = [
  1230.3393547979972, 2051.0783778260716, 1712.0476126340707, 881.952221241769, 298.6351381974001,
  66.11919063714163, 8.883149794388377, 0.5641884969886701, 2.1531153547440383e-8,
];
const ERFC_UNDER = [
  1230.3393548037495, 3439.3676741437216, 4362.619090143247, 3290.7992357334597, 1621.3895745666903,
  537.1811018620099, 117.6939508913125, 15.744926110709835, 1,
];
const ASYMPTOTE_OVER = [
  0.0006587491615298378, 0.016083785148742275, 0.12578172611122926, 0.36034489994980445, 0.30532663496123236,
  0.016315387137302097,
];
const ASYMPTOTE_UNDER = [
  0.0023352049762686918, 0.06051834131244132, 0.5279051029514285, 1.8729528499234673, 2.568520192289822, 1,
];

const CENTRE_OVER = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
];
const CENTRE_UNDER = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852546,
];
const MIDDLE_OVER = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
];
const MIDDLE_UNDER = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const FAR_OVER = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
];
const FAR_UNDER = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
];
