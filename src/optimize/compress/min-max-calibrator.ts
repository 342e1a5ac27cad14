import type { Calibrator } from './calibrator.ts';

/** The least and the greatest value seen: nothing saturates, and one outlier stretches every code. */
export function minMaxCalibrator(): Calibrator {
  let low = 0;
  let high = 0;
  return {
    observe(values) {
      for (let i = 0; i < values.length; i += 1) {
        const value = values[i] as number;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    },
    range: () => ({ low, high }),
  };
}
