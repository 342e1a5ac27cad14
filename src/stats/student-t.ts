/**
 * Chance that a Student t variate of `degrees` of freedom is at most t, for an even number of degrees ≥ 2, where it
 * is algebraic: ½ + ½ A(t), A = sin θ · (1 + ½ cos²θ + (1·3)/(2·4) cos⁴θ + …) up to cos^(degrees−2) θ, with
 * θ = arctan(t/√degrees). Source: Abramowitz and Stegun (1964), 26.7.4.
 *
 * Domain: all t; NaN → NaN. Absolute error below 10⁻¹⁵ × degrees; the relative error of a tail grows as it thins.
 */
export function studentTCdf(t: number, degrees: number): number {
  if (!(Number.isInteger(degrees) && degrees >= 2 && degrees % 2 === 0)) {
    throw new RangeError(`${degrees} degrees of freedom are not a positive even number`);
  }
  if (Math.abs(t) === Number.POSITIVE_INFINITY) return t < 0 ? 0 : 1;
  const cosineSquare = degrees / (degrees + t * t);
  let term = 1;
  let series = 1;
  for (let k = 2; k < degrees; k += 2) {
    term *= ((k - 1) / k) * cosineSquare;
    series += term;
  }
  return 0.5 + 0.5 * (t / Math.sqrt(degrees + t * t)) * series;
}

/**
 * The t with {@link studentTCdf}(t) = `probability`, to the last bits that the function resolves.
 * Domain: (0, 1), else a RangeError; beyond |t| = 2²⁰ the bound is given.
 */
export function studentTQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1)) throw new RangeError(`${probability} is no probability`);
  let low = -T_MAX;
  let high = T_MAX;
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (studentTCdf(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const T_MAX = 1_048_576;
/** From an interval of 2²¹ to one of 2⁻⁵⁹, below the spacing of results of the size of 1. */
const HALVINGS = 80;
