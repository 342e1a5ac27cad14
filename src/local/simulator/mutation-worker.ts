import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { ROOT } from '../build-worker.ts';
import type { Edit, Mutation } from './mutations.ts';

/** A mutation and the seeds that may catch it, in their order; the first that did comes back, or null. */
export interface MutationTask {
  readonly mutation: Mutation;
  readonly seeds: readonly number[];
}

export interface MutationOutcome {
  readonly caughtBySeed: number | null;
  readonly violation: string | null;
}

const { mutation, seeds }: MutationTask = workerData;
const sources = new Map<string, string>();
for (const edit of mutation.edits) sources.set(urlOf(edit), edited(edit));
registerHooks({
  load(given, context, next) {
    const source = sources.get(given);
    return source === undefined
      ? next(given, context)
      : { format: 'module-typescript', source, shortCircuit: true };
  },
});

// After the hook, so that the mutated module is the one that is loaded.
const { createWorld } = await import('./world.ts');
const { simulate } = await import('./simulation.ts');

parentPort?.postMessage(await firstCatch());

async function firstCatch(): Promise<MutationOutcome> {
  const world = await createWorld();
  for (const seed of seeds) {
    const { violations } = await simulate(seed, world);
    if (violations[0] !== undefined) return { caughtBySeed: seed, violation: violations[0] };
  }
  return { caughtBySeed: null, violation: null };
}

function urlOf({ file }: Pick<Edit, 'file'>): string {
  return pathToFileURL(join(ROOT, file)).href;
}

/** With what the edits before made of it. */
function edited({ file, search, replace }: Edit): string {
  const source = sources.get(urlOf({ file })) ?? readFileSync(join(ROOT, file), 'utf8');
  const parts = source.split(search);
  if (parts.length !== 2) {
    throw new Error(`${mutation.name}: ${file} has its text ${parts.length - 1} times and not once`);
  }
  return parts.join(replace);
}
