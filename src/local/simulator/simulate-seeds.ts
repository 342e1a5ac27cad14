import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { SimulationReport } from './simulation.ts';

/**
 * For a program that does the same thing ten thousand times: what a run made dies with it, so there is room for several runs
 * before it is collected, and what was compiled is needed again. Together more than a tenth of its processor time.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 384 };
setFlagsFromString('--no-flush-bytecode');

/** Runs the seeds `from`, `from` + 1, … on so many threads; reports come as they are ready. Rejects when a thread fails. */
export async function simulateSeeds(
  seeds: { readonly from: number; readonly count: number },
  threads: number,
  onReport: (report: SimulationReport) => void,
): Promise<void> {
  let next = seeds.from;
  const end = seeds.from + seeds.count;
  const runThread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(join(import.meta.dirname, 'simulation-worker.ts'), { resourceLimits });
      const give = (): void => {
        if (next >= end) {
          void worker.terminate().then(() => resolve());
          return;
        }
        worker.postMessage(next);
        next += 1;
      };
      worker.on('error', reject);
      worker.on('message', (report: SimulationReport) => {
        onReport(report);
        give();
      });
      give();
    });
  await Promise.all(Array.from({ length: Math.min(threads, seeds.count) }, runThread));
}
