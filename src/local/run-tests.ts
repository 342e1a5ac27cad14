/**
 * `npm test`: the check, then every test. Its last line is `N passed, N failed`, where the check counts as one, and
 * vitest's JSON report is left in `.local/test-report.json`. Arguments go to vitest, e.g. `npm test -- test/core`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from './build-worker.ts';

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

const REPORT = join(ROOT, '.local/test-report.json');

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

const tallies = [await runCheck(), await runVitest(process.argv.slice(2))];
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function runCheck(): Promise<Tally> {
  const status = await runNode([join(import.meta.dirname, 'check.ts')]);
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runVitest(args: readonly string[]): Promise<Tally> {
  mkdirSync(join(ROOT, '.local'), { recursive: true });
  rmSync(REPORT, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const status = await runNode([join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...args]);
  const tally = readReport();
  // An error outside of any test, or a run that was cut short, fails too.
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/** A file that could not be loaded has no tests in the report; it counts as one that failed. */
function readReport(): Tally {
  if (!existsSync(REPORT)) return { passed: 0, failed: 1 };
  const report = reportSchema.parse(JSON.parse(readFileSync(REPORT, 'utf8')));
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}

async function runNode(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, passOn);
  const [status] = await once(child, 'exit');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, passOn);
  return status ?? 1;
}
