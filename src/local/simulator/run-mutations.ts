import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MutationOutcome, MutationTask, SeedRange } from './mutation-worker.ts';
import type { Mutation } from './mutations.ts';

/**
 * Runs each mutation in a thread of its own, so many at once. A seed that breaks something without the mutation too tells
 * nothing of it. Rejects when one does not fit the source any more.
 */
export async function runMutations(
  mutations: readonly Mutation[],
  options: { readonly seedsMax: number; readonly threads: number },
  onOutcome: (mutation: Mutation, outcome: MutationOutcome) => void,
): Promise<void> {
  const { seedsMax, threads } = options;
  const waiting = [...mutations];
  const runThread = async (): Promise<void> => {
    for (let mutation = waiting.shift(); mutation; mutation = waiting.shift()) {
      onOutcome(mutation, await caughtAlone(mutation, { from: 1, to: seedsMax }));
    }
  };
  await Promise.all(Array.from({ length: threads }, runThread));
}

async function caughtAlone(mutation: Mutation, { from, to }: SeedRange): Promise<MutationOutcome> {
  const outcome = await runOne({ mutation, seeds: { from, to } });
  const seed = outcome.caughtBySeed;
  if (seed === null) return outcome;
  const without = await runOne({ mutation: unmutated, seeds: { from: seed, to: seed } });
  return without.caughtBySeed === null ? outcome : caughtAlone(mutation, { from: seed + 1, to });
}

const unmutated: Mutation = { name: 'none', edits: [] };

function runOne(task: MutationTask): Promise<MutationOutcome> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'mutation-worker.ts'), { workerData: task });
    worker.once('message', (outcome: MutationOutcome) => {
      void worker.terminate().then(() => resolve(outcome));
    });
    worker.once('error', reject);
  });
}
