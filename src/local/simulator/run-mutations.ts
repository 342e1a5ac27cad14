import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MutationOutcome, MutationTask } from './mutation-worker.ts';
import type { Mutation } from './mutations.ts';

/** Runs each mutation in a thread of its own, so many at once. Rejects when one does not fit the source any more. */
export async function runMutations(
  mutations: readonly Mutation[],
  options: { readonly seedsMax: number; readonly threads: number },
  onOutcome: (mutation: Mutation, outcome: MutationOutcome) => void,
): Promise<void> {
  const { seedsMax, threads } = options;
  const waiting = [...mutations];
  const runThread = async (): Promise<void> => {
    for (let mutation = waiting.shift(); mutation; mutation = waiting.shift()) {
      onOutcome(mutation, await runOne({ mutation, seedsMax }));
    }
  };
  await Promise.all(Array.from({ length: threads }, runThread));
}

function runOne(task: MutationTask): Promise<MutationOutcome> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'mutation-worker.ts'), { workerData: task });
    worker.once('message', (outcome: MutationOutcome) => {
      void worker.terminate().then(() => resolve(outcome));
    });
    worker.once('error', reject);
  });
}
