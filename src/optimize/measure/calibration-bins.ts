import type { Calibration, CalibrationBin } from '../optimization-report.ts';

/**
 * Predictions against what happened, in bins of equal numbers of rows by ascending prediction. ECE is the mean over the
 * rows of |mean prediction of the bin − its share of label 1|.
 */
export function calibrationBins(scores: ArrayLike<number>, labels: ArrayLike<number>): Calibration {
  const order = Array.from({ length: labels.length }, (_, i) => i).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number) || a - b,
  );
  const bins: CalibrationBin[] = [];
  for (let bin = 0; bin < BIN_COUNT; bin += 1) {
    const members = order.slice(
      Math.floor((bin * order.length) / BIN_COUNT),
      Math.floor(((bin + 1) * order.length) / BIN_COUNT),
    );
    if (members.length === 0) continue;
    const sum = (values: ArrayLike<number>): number =>
      members.reduce((total, i) => total + (values[i] as number), 0);
    bins.push({
      predictedMean: sum(scores) / members.length,
      count: members.length,
      positives: sum(labels),
    });
  }
  const off = bins.map(({ predictedMean, count, positives }) => Math.abs(predictedMean * count - positives));
  return { ece: off.reduce((sum, value) => sum + value, 0) / labels.length, bins };
}

const BIN_COUNT = 10;
