/** `npm run bench`: runs benchmark suites, keeps each result as JSON, and prints it as a table for the README. */
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../src/local/build-worker.ts';
import { parseOrExplain } from '../../src/local/parse-or-explain.ts';
import { compareResults } from './compare.ts';
import { interleave } from './interleave.ts';
import { describeCommit, describeMachine } from './machine.ts';
import { comparisonTable, resultTable } from './markdown.ts';
import { type Result, readResult, writeResult } from './result-file.ts';
import { seriesOf } from './series.ts';
import type { Suite } from './suite.ts';
import { suites } from './suites.ts';

interface RunOptions {
  readonly chosen: readonly Suite[];
  /** Undefined: each suite's own. */
  readonly rounds: number | undefined;
  readonly sampleSeconds: number;
  readonly only: string;
  /** An earlier result to compare with. */
  readonly before: Result | undefined;
}

const USAGE = `usage: npm run bench -- [${suites.map(({ name }) => name).join('|')} …] [--rounds N] [--seconds N] [--only TEXT] [--compare FILE]
  --rounds   rounds that count (one more is thrown away before them)
  --seconds  length of a sample of the http suite, 8 by default
  --only     just the subjects whose name contains TEXT
  --compare  an earlier result of the same suite; ~ where the two cannot be told apart`;
const WARM_UPS = 1;
const RESULT_DIR = join(ROOT, '.local', 'bench');

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interruption.abort(new Error('interrupted')));
}
process.exitCode = await main(process.argv.slice(2)).catch((failure: Error) => {
  console.error(failure.message);
  return 1;
});

async function main(args: readonly string[]): Promise<number> {
  const { chosen, before, ...options } = readOptions(args);
  let faultCount = 0;
  for (const suite of chosen) {
    const result = await runSuite(suite, options);
    const path = join(RESULT_DIR, `${suite.name}-${result.date.replaceAll(/[:.]/g, '-')}.json`);
    writeResult(path, result);
    console.log(resultTable(result));
    if (before) console.log(comparisonTable(before, compareResults(before, result)));
    console.error(`kept in ${relative(ROOT, path)}`);
    faultCount += result.faults.length;
  }
  return faultCount === 0 ? 0 : 1;
}

async function runSuite(
  suite: Suite,
  { rounds = suite.rounds, sampleSeconds, only }: Omit<RunOptions, 'chosen' | 'before'>,
): Promise<Result> {
  const { signal } = interruption;
  const date = new Date().toISOString();
  const machine = describeMachine();
  const commit = describeCommit(ROOT);
  const progress = (line: string): void => console.error(`${suite.name}: ${line}`);
  const prepared = await suite.prepare({ sampleSeconds, only, signal, progress });
  try {
    const { subjects, conditions } = prepared;
    if (subjects.length === 0) throw new Error(`${suite.name} has no subject whose name contains ${only}`);
    const measured = await interleave({
      subjects,
      rounds,
      warmups: WARM_UPS,
      signal,
      onSample(subject, round, sample) {
        const values = Object.entries(sample).map(([name, value]) => `${value.toPrecision(4)} ${name}`);
        progress(
          `${round < 1 ? 'warm-up' : `round ${round} of ${rounds}`}, ${subject}: ${values.join(', ')}`,
        );
      },
    });
    return {
      format: 1,
      suite: suite.name,
      title: suite.title,
      date,
      command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
      commit,
      machine,
      conditions,
      warmups: WARM_UPS,
      rounds,
      metrics: suite.metrics,
      series: seriesOf(measured, suite.metrics),
      faults: prepared.faults(),
    };
  } finally {
    await prepared.close();
  }
}

function readOptions(args: readonly string[]): RunOptions {
  const { values, positionals } = parseOrExplain(USAGE, () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string', default: '8' },
        only: { type: 'string', default: '' },
        compare: { type: 'string' },
      },
    }),
  );
  const unknown = positionals.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined) throw new Error(`there is no suite ${unknown}\n${USAGE}`);
  const before = values.compare === undefined ? undefined : readResult(values.compare);
  const wanted = before && positionals.length === 0 ? [before.suite] : positionals;
  if (before && (wanted.length !== 1 || wanted[0] !== before.suite)) {
    throw new Error(`${values.compare} is of the suite ${before.suite}; name that one alone`);
  }
  return {
    chosen: suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name)),
    rounds: values.rounds === undefined ? undefined : wholeNumber(values.rounds, 'rounds'),
    sampleSeconds: wholeNumber(values.seconds, 'seconds'),
    only: values.only,
    before,
  };
}

function wholeNumber(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000) {
    throw new Error(`--${option} takes a whole number from 1 to 1000\n${USAGE}`);
  }
  return value;
}
