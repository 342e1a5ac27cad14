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
    (((1.85777706184603153e-1 * square + 3.1611237438705656) * square + 1.13864154151050156e2) * square +
      3.77485237685302021e2) *
      square +
    3.20937758913846947e3;
  const below =
    (((square + 2.36012909523441209e1) * square + 2.44024637934444173e2) * square + 1.28261652607737228e3) *
      square +
    2.84423683343917062e3;
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
    (((((((2.15311535474403846e-8 * x + 5.64188496988670089e-1) * x + 8.88314979438837594) * x +
      6.61191906371416295e1) *
      x +
      2.98635138197400131e2) *
      x +
      8.8195222124176909e2) *
      x +
      1.71204761263407058e3) *
      x +
      2.05107837782607147e3) *
      x +
    1.23033935479799725e3;
  const below =
    (((((((x + 1.57449261107098347e1) * x + 1.17693950891312499e2) * x + 5.37181101862009858e2) * x +
      1.62138957456669019e3) *
      x +
      3.29079923573345963e3) *
      x +
      4.36261909014324716e3) *
      x +
      3.43936767414372164e3) *
      x +
    1.23033935480374942e3;
  return above / below;
}

function far(x: number): number {
  const inverse = 1 / (x * x);
  const above =
    ((((1.63153871373020978e-2 * inverse + 3.05326634961232344e-1) * inverse + 3.60344899949804439e-1) *
      inverse +
      1.25781726111229246e-1) *
      inverse +
      1.60837851487422766e-2) *
      inverse +
    6.58749161529837803e-4;
  const below =
    ((((inverse + 2.56852019228982242) * inverse + 1.87295284992346725) * inverse + 5.27905102951428412e-1) *
      inverse +
      6.05183413124413191e-2) *
      inverse +
    2.33520497626869185e-3;
  return (INVERSE_ROOT_PI - (inverse * above) / below) / x;
}

const INVERSE_ROOT_PI = 0.5641895835477563;
