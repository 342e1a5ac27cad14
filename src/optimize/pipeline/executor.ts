import type { ResultOf, Task } from './task.ts';

/**
 * Runs the factory's heavy tasks, here or elsewhere. What a task answers depends on the task alone, so neither
 * the number of workers nor the order of their answers can change a model.
 */
export interface Executor {
  run<T extends Task>(task: T): Promise<ResultOf<T>>;
  /** Ends what the executor started. A task that is under way then never answers. */
  close(): Promise<void>;
}
