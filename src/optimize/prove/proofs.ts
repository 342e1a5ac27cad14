import { readSource } from '../data/sources.ts';
import { createWorkerPool } from '../pipeline/worker-pool.ts';
import { proveCompetition } from './competition.ts';
import { proveCompression } from './compression.ts';
import { proveHalving } from './halving.ts';
import { proveHonesty } from './honesty.ts';
import { openReturns } from './open-returns.ts';
import type { Proof } from './proof.ts';
import { everyWay, proveReproduction, smallRun } from './reproduction.ts';
import { proveSearch } from './search.ts';
import { proveSelection, selectionSets } from './selection.ts';
import { proveTrainer } from './trainer.ts';

const proofs = {
  search: () => proveSearch({ studies: 100 }),
  halving: () => proveHalving({ studies: 20 }),
  selection: (_, print) =>
    proveSelection({ sets: selectionSets, seeds: Array.from({ length: 20 }, (_, i) => i + 1), print }),
  trainer: () => proveTrainer({ seed: 1, rounds: 5, python: 'python3' }),
  honesty: async (workers, print) => {
    const executor = createWorkerPool(workers);
    try {
      return await proveHonesty({ shifts: 200, signals: 20, leaks: 10, executor, print });
    } finally {
      await executor.close();
    }
  },
  reproduction: (_, print) => proveReproduction({ args: smallRun, ways: everyWay, print }),
  compression: async () => {
    const proven = await proveCompression({ seed: 1 });
    return proven.ok ? proven.value : { passed: false, lines: [proven.error] };
  },
  competition: async () => {
    const source = await readSource('spx');
    if (!source.ok) return { passed: false, lines: [source.error] };
    return proveCompetition({
      returns: openReturns(source.value.bars),
      nulls: 10_000,
      powerRuns: 500,
      seed: 1,
    });
  },
} as const satisfies Record<string, (workers: number, print: (line: string) => void) => Promise<Proof>>;

export type ProofName = keyof typeof proofs;

export const proofNames = Object.keys(proofs) as readonly ProofName[];

/** Runs the proofs one after the other; true when all of them passed. */
export async function runProofs(
  names: readonly ProofName[],
  workers: number,
  print: (line: string) => void,
): Promise<boolean> {
  let allPassed = true;
  for (const name of names) {
    print(`## ${name}`);
    const { passed, lines } = await proofs[name](workers, print);
    for (const line of lines) print(line);
    print(`${name}: ${passed ? 'passed' : 'FAILED'}`);
    allPassed &&= passed;
  }
  return allPassed;
}
