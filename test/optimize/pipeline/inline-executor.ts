import type { Executor } from '../../../src/optimize/pipeline/executor.ts';
import { perform } from '../../../src/optimize/pipeline/task.ts';

/** Runs each task where it is asked for, without threads. */
export const createInlineExecutor = (): Executor => ({
  run: async (task) => perform(task),
  close: async () => undefined,
});
