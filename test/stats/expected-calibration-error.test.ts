import { describe, expect, it } from 'vitest';
import { expectedCalibrationError } from '../../src/stats/expected-calibration-error.ts';

describe('expectedCalibrationError', () => {
  it('is the mean distance of score and share over bins of equal count', () => {
    // Bins {0.1, 0.2} with no positive and {0.8, 0.9} with one of two.
    expect(expectedCalibrationError([0.9, 0.1, 0.8, 0.2], [1, 0, 0, 0], 2)).toBeCloseTo((0.3 + 0.7) / 4, 12);
  });

  it('is 0 where each bin happens as often as it says', () => {
    expect(expectedCalibrationError([0.5, 0.5, 1, 0], [1, 0, 1, 0], 1)).toBe(0);
  });

  it('is NaN without rows', () => {
    expect(expectedCalibrationError([], [], 10)).toBeNaN();
  });
});
