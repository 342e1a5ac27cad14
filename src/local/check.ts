import { fileURLToPath } from 'node:url';
import { type CheckOutcome, type CheckStep, checkSteps, runCheckStep } from './check-steps.ts';

/** `npm run check`: every rule of the house that a tool can hold, in seconds, without services. */
const root = fileURLToPath(new URL('../../', import.meta.url));

// All at once: each is a process of its own, and a failed one does not hide the next.
const running = Object.values<CheckStep>(checkSteps).map((step) => ({
  step,
  outcome: runCheckStep(step, root),
}));
let failedCount = 0;
for (const { step, outcome } of running) {
  const { passed, output, durationMs }: CheckOutcome = await outcome;
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${step.name.padEnd(32)} ${(durationMs / 1000).toFixed(1)} s`);
  if (passed) continue;
  failedCount += 1;
  console.log(`${output.trim()}\n`);
}
process.exitCode = failedCount === 0 ? 0 : 1;
