/**
 * `npm run simulate -- [--seeds N] [--from N] [--threads N]`: runs the service through N seeds of the simulator (1,000 if
 * not told) and says what broke. A seed that broke something is printed; `--from SEED --seeds 1` runs it again, exactly.
 *
 * `npm run simulate -- --mutations [--seeds N] [--only TEXT]`: breaks single rules of the production code, one after the other,
 * and says by which of N seeds (200 if not told) the simulator caught each; `TEXT` stands in the names of those that it takes.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type FaultCounts, noFaults } from './simulator/faults.ts';
import { mutations } from './simulator/mutations.ts';
import { runMutations } from './simulator/run-mutations.ts';
import { simulateSeeds } from './simulator/simulate-seeds.ts';

const { values } = parseArgs({
  options: {
    mutations: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});

const count = Number(values.seeds ?? (values.mutations ? 200 : 1_000));
const [from, threads] = [Number(values.from), Number(values.threads)];
if (![count, from, threads].every((value) => Number.isSafeInteger(value) && value > 0)) {
  console.error(
    'usage: npm run simulate -- [--mutations [--only TEXT]] [--seeds N] [--from N] [--threads N]',
  );
  process.exit(2);
}

const startedAtMs = performance.now();
const isSound = values.mutations ? await proveMutations() : await proveSeeds();
console.log(`${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s on ${threads} threads`);
process.exitCode = isSound ? 0 : 1;

async function proveSeeds(): Promise<boolean> {
  const faults = noFaults();
  const totals = { events: 0, eventsMin: Infinity, answers: 0, actionable: 0, broken: 0 };
  await simulateSeeds({ from, count }, threads, ({ seed, events, answers, actionable, ...report }) => {
    totals.events += events;
    totals.eventsMin = Math.min(totals.eventsMin, events);
    totals.answers += answers;
    totals.actionable += actionable;
    for (const kind of Object.keys(faults) as (keyof FaultCounts)[]) faults[kind] += report.faults[kind];
    if (report.violations.length === 0) return;
    totals.broken += 1;
    console.log(`seed ${seed}:\n  ${report.violations.slice(0, 5).join('\n  ')}`);
  });
  const { events, eventsMin, answers, actionable, broken } = totals;
  console.log(
    `${count} seeds from ${from}: ${events} events, ${eventsMin} at least; ${answers} answers, ${actionable} actionable`,
  );
  console.log(`faults: ${JSON.stringify(faults)}`);
  console.log(`${broken} seeds broke a guarantee`);
  return broken === 0;
}

async function proveMutations(): Promise<boolean> {
  let missed = 0;
  const taken = mutations.filter(({ name }) => name.includes(values.only));
  await runMutations(taken, { seedsMax: count, threads }, ({ name }, { caughtBySeed, violation }) => {
    if (caughtBySeed === null) missed += 1;
    console.log(caughtBySeed === null ? `MISSED  ${name}` : `seed ${caughtBySeed}  ${name}: ${violation}`);
  });
  console.log(`${taken.length - missed} of ${taken.length} mutations caught`);
  return missed === 0;
}
