/** The process of one sample, on Node, Deno or Bun: `launch.ts SUITE CASE` prints nanoseconds a call. */
import process from 'node:process';
import { microCases } from './micro-cases.ts';
import { nsPerOperation } from './ns-per-operation.ts';

const [suite, name] = process.argv.slice(2);
const found = Object.entries(microCases)
  .filter(([candidate]) => candidate === suite)
  .flatMap(([, cases]) => [...cases])
  .find((candidate) => candidate.name === name);
if (!found) throw new Error(`there is no case ${name} in ${suite}`);
console.log(await nsPerOperation(found.prepare()));
