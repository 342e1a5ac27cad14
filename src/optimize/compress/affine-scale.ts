import { roundHalfEven } from '../../onnx/round-half-even.ts';
import type { ValueRange } from './calibrator.ts';

export interface AffineScale {
  /** Exact f32, > 0. */
  readonly scale: number;
  /** In [−128, 127]. */
  readonly zeroPoint: number;
}

/**
 * Scale and zero point so that [−128, 127] covers the range and 0, which stays exact: onnxruntime's
 * `compute_scale_zp`, in f64 with the scale rounded to f32 at the end. An empty range gets the scale 1.
 */
export function affineScale(range: ValueRange): AffineScale {
  const low = Math.min(0, range.low);
  const high = Math.max(0, range.high);
  const step = (high - low) / 255;
  const scale = Math.fround(step);
  if (scale === 0) return { scale: 1, zeroPoint: 0 };
  return { scale, zeroPoint: Math.min(Math.max(roundHalfEven(-128 - low / step), -128), 127) };
}
