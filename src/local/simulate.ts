/**
 * `npm run simulate -- [--seeds N] [--from N] [--threads N]`: runs the service through N seeds of the simulator (1,000 if
 * not told) and says what broke. A seed that broke something is printed; `--from SEED --seeds 1` runs it again, exactly.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type FaultCounts, noFaults } from './simulator/faults.ts';
import { simulateSeeds } from './simulator/simulate-seeds.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});

const [count, from, threads] = [values.seeds, values.from, values.threads].map(Number) as [
  number,
  number,
  number,
];
if (![count, from, threads].every((value) => Number.isSafeInteger(value) && value > 0)) {
  console.error('usage: npm run simulate -- [--seeds N] [--from N] [--threads N], each a positive integer');
  process.exit(2);
}

const startedAtMs = performance.now();
const faults = noFaults();
let events = 0;
let eventsMin = Infinity;
let answers = 0;
let actionable = 0;
let broken = 0;
await simulateSeeds({ from, count }, threads, (report) => {
  events += report.events;
  eventsMin = Math.min(eventsMin, report.events);
  answers += report.answers;
  actionable += report.actionable;
  for (const kind of Object.keys(faults) as (keyof FaultCounts)[]) faults[kind] += report.faults[kind];
  if (report.violations.length === 0) return;
  broken += 1;
  console.log(`seed ${report.seed}:\n  ${report.violations.slice(0, 5).join('\n  ')}`);
});

const seconds = (performance.now() - startedAtMs) / 1_000;
console.log(
  `${count} seeds from ${from}, ${events} events (${eventsMin} at least), ${answers} answers, ${actionable} actionable`,
);
console.log(
  Object.entries(faults)
    .map(([kind, times]) => `${kind} ${times}`)
    .join(', '),
);
console.log(`${broken} seeds broke a guarantee; ${seconds.toFixed(1)} s on ${threads} threads`);
process.exitCode = broken === 0 ? 0 : 1;
