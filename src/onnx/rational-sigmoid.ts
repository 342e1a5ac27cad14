/**
 * 1 ÷ (1 + e⁻ˣ) as onnxruntime's CPU engine computes it: an odd rational fit x·P(x²) ÷ Q(x²) + ½ on [−18, 18],
 * held constant beyond, every operation rounded to f32. Within 1.5·10⁻⁷ of the true value; NaN for NaN.
 *
 * The fit is MLAS's (MIT licence; its coefficients come from Eigen). It stands here so that a graph can be
 * checked against the engine that serves it bit for bit, up to the score.
 */
export function rationalSigmoid(x: number): number {
  const clamped = Math.fround(Math.min(Math.max(x, -BOUND), BOUND));
  const square = Math.fround(clamped * clamped);
  const numerator = Math.fround(polynomial(NUMERATOR, square) * clamped);
  const fit = Math.fround(Math.fround(numerator / polynomial(DENOMINATOR, square)) + 0.5);
  return Math.min(Math.max(fit, 0), 1);
}

function polynomial(coefficients: Float32Array, x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = Math.fround(Math.fround(value * x) + coefficient);
  return value;
}

const BOUND = 18;

/** Of x⁹, x⁷, x⁵, x³ and x. */
const NUMERATOR = Float32Array.of(
  4.37031012579801e-11,
  1.15627324459942e-7,
  6.08574864600143e-5,
  8.51377133304701e-3,
  2.48287947061529e-1,
);

/** Of x¹⁰, x⁸, x⁶, x⁴, x² and 1. */
const DENOMINATOR = Float32Array.of(
  6.10247389755681e-13,
  5.76102136993427e-9,
  6.2910678501704e-6,
  1.70198817374094e-3,
  1.16817656904453e-1,
  9.9315192102318e-1,
);
