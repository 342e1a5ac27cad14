import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sha256Hex } from '../../core/digest.ts';
import { ROOT } from '../../local/build-worker.ts';
import type { OptimizationReport } from '../optimization-report.ts';
import type { Proof } from './proof.ts';

interface ReproductionOptions {
  /** Of the command, without `--workers`, `--out` and `--resume`. */
  readonly args: readonly string[];
  readonly ways: readonly Way[];
  readonly print: (line: string) => void;
}

/** One way to run the command, which must not show in what it makes. */
export interface Way {
  readonly runtime: 'node' | 'deno' | 'bun';
  readonly workers: number;
  /** `resumed`: interrupted half-way through the training before. `cut`: by a budget of no time. */
  readonly course: 'whole' | 'resumed' | 'cut';
}

/** A real series with every stage in use, in as little work as shows a difference. */
export const smallRun = ['--data', 'spx', '--trials', '6', '--selection', 'quick', '--folds', '1'] as const;

export const everyWay: readonly Way[] = [
  { runtime: 'node', workers: 1, course: 'whole' },
  { runtime: 'node', workers: 2, course: 'whole' },
  { runtime: 'node', workers: 2, course: 'resumed' },
  { runtime: 'node', workers: 2, course: 'cut' },
  { runtime: 'deno', workers: 2, course: 'whole' },
  { runtime: 'bun', workers: 2, course: 'whole' },
];

/**
 * The same options make the same bundle, byte for byte, however the command is run; of a run that its budget cuts
 * this does not hold, and it says so. Every run is a process of its own, with a directory of its own.
 */
export async function proveReproduction({ args, ways, print }: ReproductionOptions): Promise<Proof> {
  const results: { readonly way: Way; readonly made: Made }[] = [];
  for (const way of ways) {
    const made = await inOwnDirectory((out) => makeIn(out, way, args));
    print(`${titleOf(way).padEnd(TITLE_WIDTH)} ${madeLine(made)}`);
    results.push({ way, made });
  }
  const faults = results.flatMap(({ way, made }) => faultsOf(way, made, results[0]?.made));
  return { passed: faults.length === 0, lines: faults };
}

const TITLE_WIDTH = 44;

type Made =
  | {
      readonly kind: 'made';
      /** The candidate's, whether it was released or not. */
      readonly version: string;
      /** Which the manifest states too. */
      readonly codeCommit: string;
      /** SHA-256 of each file of the bundle; of a refused candidate there are none. */
      readonly files: Readonly<Record<string, string>>;
      readonly isReproducible: boolean;
    }
  | { readonly kind: 'failed'; readonly reason: string };

function faultsOf(way: Way, made: Made, first: Made | undefined): readonly string[] {
  const title = titleOf(way);
  if (made.kind === 'failed') return [`${title}: ${made.reason}`];
  if (way.course === 'cut') return made.isReproducible ? [`${title}: says that it is reproducible`] : [];
  const faults = made.isReproducible ? [] : [`${title}: says that it is not reproducible`];
  if (first?.kind !== 'made') return faults;
  if (made.codeCommit !== first.codeCommit) {
    return [
      ...faults,
      `${title}: the code was changed in the meantime, from ${first.codeCommit} to ${made.codeCommit}`,
    ];
  }
  if (made.version !== first.version) faults.push(`${title}: another version`);
  for (const name of BUNDLE_FILES) {
    if (made.files[name] !== first.files[name]) faults.push(`${title}: another ${name}`);
  }
  return faults;
}

const titleOf = ({ runtime, workers, course }: Way): string =>
  `${runtime}, ${workers} worker${workers === 1 ? '' : 's'}${COURSES[course]}`;

const COURSES: Readonly<Record<Way['course'], string>> = {
  whole: '',
  resumed: ', interrupted and resumed',
  cut: ', cut by --budget 0',
};

function madeLine(made: Made): string {
  if (made.kind === 'failed') return made.reason;
  const files = BUNDLE_FILES.map((name) => `${name} ${made.files[name]?.slice(0, SHOWN_DIGITS) ?? 'none'}`);
  const mark = made.isReproducible ? '' : ', marked as not reproducible';
  return `bundle ${made.version.slice(0, SHOWN_DIGITS)}, ${files.join(', ')}${mark}`;
}

const SHOWN_DIGITS = 16;
const BUNDLE_FILES = ['manifest.json', 'signature.json', 'model.onnx'] as const;

async function makeIn(out: string, way: Way, args: readonly string[]): Promise<Made> {
  const own = [...args, '--workers', String(way.workers), '--out', out];
  if (way.course === 'resumed') {
    const stopped = await runCommand(way, own, INTERRUPTED_AT_PERCENT);
    if (stopped.status !== INTERRUPTED) return failed('not interrupted', stopped);
  }
  const ended = await runCommand(way, [...own, ...FURTHER_ARGS[way.course]]);
  if (ended.status !== RELEASED && ended.status !== REFUSED) return failed('failed', ended);
  const { verdict } = JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as OptimizationReport;
  const files: Record<string, string> = {};
  for (const name of ended.status === RELEASED ? BUNDLE_FILES : []) {
    files[name] = sha256Hex(await readFile(join(out, 'bundles', verdict.name, name)));
  }
  return {
    kind: 'made',
    version: verdict.version,
    codeCommit: verdict.codeCommit,
    files,
    isReproducible: verdict.reproducibility.kind === 'reproducible',
  };
}

const FURTHER_ARGS: Readonly<Record<Way['course'], readonly string[]>> = {
  whole: [],
  resumed: ['--resume'],
  cut: ['--budget', '0'],
};

const INTERRUPTED_AT_PERCENT = 50;

/** Exit statuses of the command. */
const RELEASED = 0;
const REFUSED = 3;
const INTERRUPTED = 130;

const failed = (what: string, { status, said }: Ended): Made => ({
  kind: 'failed',
  reason: `${what}, status ${status}: ${said.trim().split('\n').slice(-LINES_SHOWN).join(' | ')}`,
});

const LINES_SHOWN = 4;

interface Ended {
  readonly status: number | null;
  readonly said: string;
}

/** Interrupted, as by Ctrl-C, when its progress first tells of so many percent. */
async function runCommand(
  { runtime }: Way,
  args: readonly string[],
  interruptedAtPercent?: number,
): Promise<Ended> {
  const [program, ...flags] = PROGRAMS[runtime];
  const child = spawn(program, [...flags, join(ROOT, 'src/optimize/run.ts'), ...args], {
    cwd: ROOT,
    // Any key does, as long as all runs sign with the same one.
    env: { ...process.env, BUNDLE_SIGNING_KEY: '11'.repeat(32) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (interruptedAtPercent !== undefined) {
    child.stderr.on('data', (part: Buffer) => {
      const percent = /: (\d+) %/.exec(String(part))?.[1];
      if (percent !== undefined && Number(percent) >= interruptedAtPercent) child.kill('SIGINT');
    });
  }
  const [out, said, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { status, said: out + said };
}

const toolset = (name: 'deno' | 'bun'): string => join(ROOT, 'toolsets', name, 'node_modules/.bin', name);

const PROGRAMS: Readonly<Record<Way['runtime'], readonly [string, ...string[]]>> = {
  node: [process.execPath, '--disable-warning=ExperimentalWarning'],
  deno: [toolset('deno'), 'run', '--allow-all', '--no-check'],
  bun: [toolset('bun')],
};

async function inOwnDirectory<T>(work: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'reproduction-'));
  try {
    return await work(path);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}
