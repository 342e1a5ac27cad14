import { Worker } from 'node:worker_threads';
import type { Executor } from './executor.ts';
import type { ResultOf, Task } from './task.ts';
import type { WorkerReply } from './task-worker.ts';

interface Waiting {
  readonly task: Task;
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: Error) => void;
}

/**
 * Worker threads that take tasks in the order they were asked for, one each at a time. A worker that dies and a
 * task that throws are faults of the program, and fail everything that runs or waits, and what is asked for later.
 */
export function createWorkerPool(size: number): Executor {
  const workers = Array.from(
    { length: size },
    () => new Worker(new URL('./task-worker.ts', import.meta.url)),
  );
  const idle = [...workers];
  const queue: Waiting[] = [];
  const running = new Map<Worker, Waiting>();
  let failure: Error | undefined;

  function failAll(cause: Error): void {
    failure ??= cause;
    for (const { reject } of [...running.values(), ...queue.splice(0)]) reject(cause);
    running.clear();
  }

  function dispatch(): void {
    while (queue.length > 0 && idle.length > 0) {
      const worker = idle.pop() as Worker;
      const next = queue.shift() as Waiting;
      running.set(worker, next);
      worker.postMessage(next.task);
    }
  }

  function take(worker: Worker, reply: WorkerReply): void {
    if (reply.ok) {
      running.get(worker)?.resolve(reply.value);
      running.delete(worker);
      idle.push(worker);
      dispatch();
    } else {
      failAll(new Error(reply.message));
    }
  }

  for (const worker of workers) {
    worker.on('message', (reply: WorkerReply) => take(worker, reply));
    worker.on('error', (cause) => failAll(cause instanceof Error ? cause : new Error(String(cause))));
  }
  return {
    run: <T extends Task>(task: T) =>
      new Promise<ResultOf<T>>((resolve, reject) => {
        // The worker that failed takes no more: what waited for it would wait for ever.
        if (failure) return reject(failure);
        queue.push({ task, resolve: (value) => resolve(value as ResultOf<T>), reject });
        dispatch();
      }),
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
