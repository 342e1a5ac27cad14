import type { Executor } from './executor.ts';
import type { FactorySettings } from './settings.ts';

/** An executor that tells how many tasks have been answered. */
export function countTasks(executor: Executor, onDone: (count: number) => void): Executor {
  let count = 0;
  return {
    async run(task) {
      const result = await executor.run(task);
      count += 1;
      onDone(count);
      return result;
    },
    close: () => executor.close(),
  };
}

/**
 * About how many tasks training takes. How many folds a trial is judged on depends on how it does, so this is an
 * estimate: the first fold for all, half of what is left for each next.
 */
export function tasksExpected(settings: FactorySettings, headCount: number): number {
  const { trials, innerFolds, outerFolds, selection } = settings;
  const evaluations = Math.max(innerFolds, 1.75 * trials);
  const ofJob = (selection === 'none' ? 0 : 1) + evaluations + innerFolds + 1;
  return headCount * (outerFolds + 1) * ofJob;
}
