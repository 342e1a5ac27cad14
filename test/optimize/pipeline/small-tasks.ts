import { memberOptions, middlePoint } from '../../../src/optimize/pipeline/member-space.ts';
import type { Task } from '../../../src/optimize/pipeline/task.ts';
import { drawnFeatures } from '../train/drawn-rows.ts';

const train = drawnFeatures(1, 120, (a, b) => a + b);

/** Fits three members to a few rows; each seed is another task. */
export const fitTask = (seed: number): Extract<Task, { readonly kind: 'fit' }> => ({
  kind: 'fit',
  train,
  stop: { kind: 'counts', epochs: 1, trees: 3 },
  options: memberOptions(middlePoint),
  seed,
});

/** Throws, since no tree may have a leaf of no rows. */
export const failingTask = (): Task => {
  const task = fitTask(1);
  return { ...task, options: { ...task.options, trees: { ...task.options.trees, rowsInLeafMin: 0 } } };
};
