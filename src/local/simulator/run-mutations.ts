import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MutationOutcome, MutationTask } from './mutation-worker.ts';
import type { Mutation } from './mutations.ts';
import { scenarioOf } from './scenarios/scenarios.ts';

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
      onOutcome(mutation, await caughtAlone(mutation, seedsFor(mutation, seedsMax)));
    }
  };
  await Promise.all(Array.from({ length: threads }, runThread));
}

/** So many, of which those go first that are aimed at what the mutation breaks. */
function seedsFor({ shownBy }: Mutation, seedsMax: number): readonly number[] {
  const seeds = Array.from({ length: seedsMax }, (_, index) => index + 1);
  if (shownBy === undefined) return seeds;
  const aimed: number[] = [];
  for (let seed = 1; aimed.length < aimedSeeds; seed++) if (scenarioOf(seed) === shownBy) aimed.push(seed);
  return [...new Set([...aimed, ...seeds])];
}

async function caughtAlone(mutation: Mutation, seeds: readonly number[]): Promise<MutationOutcome> {
  const outcome = await runOne({ mutation, seeds });
  const seed = outcome.caughtBySeed;
  if (seed === null) return outcome;
  const without = await runOne({ mutation: unmutated, seeds: [seed] });
  return without.caughtBySeed === null
    ? outcome
    : caughtAlone(mutation, seeds.slice(seeds.indexOf(seed) + 1));
}

const aimedSeeds = 8;

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
