import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../../src/local/build-worker.ts';
import type { Subject } from '../interleave.ts';
import type { Suite, SuiteOptions } from '../suite.ts';
import { type MicroSuiteName, microCases } from './micro-cases.ts';

interface Engine {
  readonly name: string;
  readonly command: string;
  readonly flags: readonly string[];
}

const LAUNCH = join(import.meta.dirname, 'launch.ts');
const LAUNCH_DEADLINE_MS = 30_000;
const METRIC = 'ns/op';

const toolset = (name: string): string => join(ROOT, 'toolsets', name, 'node_modules/.bin', name);

const engines: readonly Engine[] = [
  { name: 'node', command: process.execPath, flags: ['--disable-warning=ExperimentalWarning'] },
  {
    name: 'deno',
    command: toolset('deno'),
    flags: ['run', '--quiet', '--no-prompt', '--allow-env', '--allow-read'],
  },
  { name: 'bun', command: toolset('bun'), flags: ['run', '--no-install'] },
];

/** Costs of single operations. Each sample is a process of its own: what a JIT makes of code differs by launch. */
export function microSuite(name: MicroSuiteName, title: string): Suite {
  return {
    name,
    title,
    metrics: [{ name: METRIC, better: 'lower', isCompared: true }],
    rounds: 7,
    async prepare(options) {
      return {
        subjects: subjectsOf(name, options),
        conditions: [
          'Each sample is the median of 25 batches in a fresh process, after 200 ms of warm-up; nothing was pinned to a core.',
        ],
        faults: () => [],
        close: async () => undefined,
      };
    },
  };
}

function subjectsOf(suite: MicroSuiteName, { only, signal }: SuiteOptions): readonly Subject[] {
  const subjects = microCases[suite].flatMap(({ name, baseline }) =>
    engines.map(
      (engine): Subject => ({
        name: `${name}, ${engine.name}`,
        baseline: baseline === null ? null : `${baseline}, ${engine.name}`,
        measure: async () => ({ [METRIC]: await launch(engine, [suite, name], signal) }),
      }),
    ),
  );
  const chosen = subjects.filter(({ name }) => name.includes(only));
  const names = new Set(chosen.map(({ name }) => name));
  return chosen.map((subject) =>
    subject.baseline !== null && names.has(subject.baseline) ? subject : { ...subject, baseline: null },
  );
}

async function launch(engine: Engine, args: readonly string[], signal: AbortSignal): Promise<number> {
  const { stdout } = await promisify(execFile)(engine.command, [...engine.flags, LAUNCH, ...args], {
    cwd: ROOT,
    signal,
    timeout: LAUNCH_DEADLINE_MS,
    env: { ...process.env, DENO_NO_UPDATE_CHECK: '1' },
  });
  const nanoseconds = Number(stdout.trim());
  if (!(nanoseconds > 0)) throw new Error(`it printed ${JSON.stringify(stdout)}`);
  return nanoseconds;
}
