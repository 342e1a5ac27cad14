import { sigmoid } from '../../core/sigmoid.ts';

/** calibrated = sigmoid(slope × (p − ½) + offset). */
export interface Calibration {
  readonly slope: number;
  readonly offset: number;
}

/**
 * Platt scaling of probabilities by Newton's method, with a normal prior on the slope around 4, where the
 * curve is the identity near ½. A weak model's probabilities spread so little that a few hundred labels cannot
 * tell a slope from 0 or from its opposite; the prior keeps chance from turning the model around.
 */
export function fitCalibration(probabilities: ArrayLike<number>, labels: ArrayLike<number>): Calibration {
  let slope = IDENTITY_SLOPE;
  let offset = 0;
  for (let iteration = 0; iteration < NEWTON_STEPS; iteration += 1) {
    let slopeGradient = (slope - IDENTITY_SLOPE) / SLOPE_VARIANCE;
    let offsetGradient = 0;
    let slopeCurvature = 1 / SLOPE_VARIANCE;
    let crossCurvature = 0;
    let offsetCurvature = 0;
    for (let i = 0; i < labels.length; i += 1) {
      const x = (probabilities[i] as number) - 0.5;
      const calibrated = sigmoid(slope * x + offset);
      const residual = calibrated - (labels[i] as number);
      const curvature = calibrated * (1 - calibrated);
      slopeGradient += residual * x;
      offsetGradient += residual;
      slopeCurvature += curvature * x * x;
      crossCurvature += curvature * x;
      offsetCurvature += curvature;
    }
    const determinant = slopeCurvature * offsetCurvature - crossCurvature * crossCurvature;
    slope -= (offsetCurvature * slopeGradient - crossCurvature * offsetGradient) / determinant;
    offset -= (slopeCurvature * offsetGradient - crossCurvature * slopeGradient) / determinant;
  }
  return { slope, offset };
}

export const calibrate = ({ slope, offset }: Calibration, probability: number): number =>
  sigmoid(slope * (probability - 0.5) + offset);

const IDENTITY_SLOPE = 4;
const SLOPE_VARIANCE = 1;
/** Newton's steps square the error; from this start ten reach the last bit. */
const NEWTON_STEPS = 20;
