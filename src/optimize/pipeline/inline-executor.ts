import type { Executor } from './executor.ts';
import { perform } from './task.ts';

/** Runs each task where it is asked for. For tests, and for many small runs side by side. */
export const createInlineExecutor = (): Executor => ({
  run: async (task) => perform(task),
  close: async () => undefined,
});
