import { exp } from '../core/exp.ts';

/**
 * The error function and its scaled complement, by W. J. Cody's rational minimax fits: "Rational Chebyshev
 * approximations for the error function", Mathematics of Computation 23 (1969), 631-637; coefficients of his
 * CALERF (SPECFUN).
 */

/** Below it erf has a fit of its own; above it the scaled complement has. */
export const ERF_BOUND = 0.46875;

/** erf(x) for |x| ≤ {@link ERF_BOUND}. Relative error: a few 2⁻⁵³. */
export function erfNearZero(x: number): number {
  const square = x * x;
  const above =
    (((0.18577770618460315 * square + 3.1611237438705655) * square + 113.86415415105016) * square +
      377.485237685302) *
      square +
    3209.3775891384694;
  const below =
    (((square + 23.601290952344122) * square + 244.02463793444417) * square + 1282.6165260773723) * square +
    2844.236833439171;
  return (x * above) / below;
}

/**
 * e^(x²) · erfc(x) for x ≥ 0, which does not underflow: about 1 / (x√π) for a large x.
 * Relative error: below 4·10⁻¹⁶ for x > {@link ERF_BOUND}, e^(x²) times that below it.
 */
export function scaledErfc(x: number): number {
  if (x <= ERF_BOUND) return exp(x * x) * (1 - erfNearZero(x));
  return x <= 4 ? middle(x) : far(x);
}

function middle(x: number): number {
  const above =
    (((((((2.1531153547440383e-8 * x + 0.5641884969886701) * x + 8.883149794388377) * x + 66.11919063714163) *
      x +
      298.6351381974001) *
      x +
      881.952221241769) *
      x +
      1712.0476126340707) *
      x +
      2051.0783778260716) *
      x +
    1230.3393547979972;
  const below =
    (((((((x + 15.744926110709835) * x + 117.6939508913125) * x + 537.1811018620099) * x +
      1621.3895745666903) *
      x +
      3290.7992357334597) *
      x +
      4362.619090143247) *
      x +
      3439.3676741437216) *
      x +
    1230.3393548037495;
  return above / below;
}

function far(x: number): number {
  const inverse = 1 / (x * x);
  const above =
    ((((0.016315387137302097 * inverse + 0.30532663496123236) * inverse + 0.36034489994980445) * inverse +
      0.12578172611122926) *
      inverse +
      0.016083785148742275) *
      inverse +
    0.0006587491615298378;
  const below =
    ((((inverse + 2.568520192289822) * inverse + 1.8729528499234673) * inverse + 0.5279051029514285) *
      inverse +
      0.06051834131244132) *
      inverse +
    0.0023352049762686918;
  return (INVERSE_ROOT_PI - (inverse * above) / below) / x;
}

const INVERSE_ROOT_PI = 0.5641895835477563;
