/** c₀ + c₁x + … + cₙxⁿ by Horner's rule, one rounding per operation. `coefficients` not empty. */
export function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i -= 1) sum = sum * x + (coefficients[i] as number);
  return sum;
}
