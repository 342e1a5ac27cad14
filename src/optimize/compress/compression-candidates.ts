import type { Calibrator } from './calibrator.ts';
import { compressTables, type TableCompression } from './compress-tables.ts';
import { entropyCalibrator } from './entropy-calibrator.ts';
import { minMaxCalibrator } from './min-max-calibrator.ts';
import type { ModelTables } from './model-tables.ts';
import { percentileCalibrator } from './percentile-calibrator.ts';

/**
 * The forms that a model is tried in, from what gives up least to what gives up most: first int8 by arithmetic
 * and calibration with thresholds as they are, then ever coarser weights, leaves and thresholds.
 *
 * @param calibration f32[count × inputWidth] of rows the model was trained on
 */
export function compressionCandidates(
  model: ModelTables,
  calibration: Float32Array,
): { name: string; model: ModelTables }[] {
  const plain = plainInt8(calibration);
  const calibrated = (createCalibrator: () => Calibrator): TableCompression => ({
    ...plain,
    arithmetic: { kind: 'static', createCalibrator },
  });
  const coarse = (bits: number, gridBits: number): TableCompression => ({
    ...plain,
    keepsOutputLayers: false,
    weightBits: bits,
    leafBits: bits,
    thresholds: { kind: 'grid', bits: gridBits },
    floatBytes: 2,
  });
  const choices: readonly (readonly [string, TableCompression])[] = [
    ['int8, nearest', { ...plain, rounding: 'nearest' }],
    ['int8', plain],
    ['int8 dynamic', { ...plain, arithmetic: { kind: 'dynamic' } }],
    ['int8 static, min-max', calibrated(minMaxCalibrator)],
    ['int8 static, 99.99 %', calibrated(() => percentileCalibrator(99.99))],
    ['int8 static, entropy', calibrated(entropyCalibrator)],
    ['8 bits, grid of 1/512', coarse(8, 9)],
    ['8 bits, grid of 1/128', coarse(8, 7)],
    ['7 bits, grid of 1/128', coarse(7, 7)],
    ['6 bits, grid of 1/64', coarse(6, 6)],
    ['5 bits, grid of 1/32', coarse(5, 5)],
  ];
  return choices.map(([name, choice]) => ({ name, model: compressTables(model, choice) }));
}

/** int8 that gives up least: only weights and leaves are rounded. */
export const plainInt8 = (calibration: Float32Array): TableCompression => ({
  weightBits: 8,
  perChannel: true,
  rounding: 'compensated',
  arithmetic: { kind: 'float' },
  keepsOutputLayers: true,
  calibration,
  leafBits: 8,
  thresholds: { kind: 'exact' },
  floatBytes: 4,
});
