import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sha256Hex } from '../../core/digest.ts';
import { ROOT } from '../../local/build-worker.ts';
import type { OptimizationReport } from '../report/optimization-report.ts';
import type { Proof } from './proofs.ts';

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
  /** Interrupted once this share of the training is done, in tenths, and resumed; undefined: runs through. */
  readonly interruptedAtTenths?: number;
}

/** A real series with every stage in use, in as little work as shows a difference. */
export const smallRun = ['--data', 'spx', '--trials', '6', '--selection', 'quick', '--folds', '1'] as const;

export const everyWay: readonly Way[] = [
  { runtime: 'node', workers: 1 },
  { runtime: 'node', workers: 2 },
  { runtime: 'node', workers: 2, interruptedAtTenths: 5 },
  { runtime: 'deno', workers: 2 },
  { runtime: 'bun', workers: 2 },
];

/**
 * The same options make the same bundle, byte for byte, however the command is run; and a run that its budget cuts says
 * that this does not hold of it. Every run is a process of its own, with a directory of its own.
 */
export async function proveReproduction({ args, ways, print }: ReproductionOptions): Promise<Proof> {
  const results: { readonly way: Way; readonly made: Made }[] = [];
  for (const way of ways) {
    const made = await inOwnDirectory((out) => makeIn(out, way, args));
    print(`${titleOf(way).padEnd(TITLE_WIDTH)} ${madeLine(made)}`);
    results.push({ way, made });
  }
  const cut = await inOwnDirectory((out) =>
    makeIn(out, { runtime: 'node', workers: 1 }, [...args, '--budget', '0']),
  );
  print(`${'cut by --budget 0'.padEnd(TITLE_WIDTH)} ${madeLine(cut)}`);
  const faults = [
    ...results.flatMap(({ way, made }) => faultsOf(way, made, results[0]?.made)),
    ...(cut.kind === 'failed' ? [`cut by --budget 0: ${cut.reason}`] : []),
    ...(cut.kind === 'made' && cut.isReproducible
      ? ['a run cut by its budget says that it is reproducible']
      : []),
  ];
  return { passed: faults.length === 0, lines: faults };
}

const TITLE_WIDTH = 44;

type Made =
  | {
      readonly kind: 'made';
      /** The candidate's, whether it was released or not. */
      readonly version: string;
      /** SHA-256 of each file of the bundle; of a refused candidate there are none. */
      readonly files: Readonly<Record<string, string>>;
      readonly isReproducible: boolean;
    }
  | { readonly kind: 'failed'; readonly reason: string };

function faultsOf(way: Way, made: Made, first: Made | undefined): readonly string[] {
  const title = titleOf(way);
  if (made.kind === 'failed') return [`${title}: ${made.reason}`];
  const faults = made.isReproducible ? [] : [`${title}: says that it is not reproducible`];
  if (first?.kind !== 'made') return faults;
  if (made.version !== first.version) faults.push(`${title}: another version`);
  for (const name of BUNDLE_FILES) {
    if (made.files[name] !== first.files[name]) faults.push(`${title}: another ${name}`);
  }
  return faults;
}

const titleOf = ({ runtime, workers, interruptedAtTenths }: Way): string =>
  `${runtime}, ${workers} worker${workers === 1 ? '' : 's'}${interruptedAtTenths === undefined ? '' : ', interrupted and resumed'}`;

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
  if (way.interruptedAtTenths !== undefined) {
    const stopped = await runCommand(way, own, way.interruptedAtTenths);
    if (stopped.status !== INTERRUPTED) return failed('not interrupted', stopped);
  }
  const ended = await runCommand(way, way.interruptedAtTenths === undefined ? own : [...own, '--resume']);
  if (ended.status !== RELEASED && ended.status !== REFUSED) return failed('failed', ended);
  const { verdict } = JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as OptimizationReport;
  const files: Record<string, string> = {};
  for (const name of ended.status === RELEASED ? BUNDLE_FILES : []) {
    files[name] = sha256Hex(await readFile(join(out, 'bundles', verdict.name, name)));
  }
  return {
    kind: 'made',
    version: verdict.version,
    files,
    isReproducible: verdict.reproducibility.kind === 'reproducible',
  };
}

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

/** Interrupted, as by Ctrl-C, when its progress first tells of so many tenths. */
async function runCommand(
  { runtime }: Way,
  args: readonly string[],
  interruptedAtTenths?: number,
): Promise<Ended> {
  const [program, ...flags] = PROGRAMS[runtime];
  const child = spawn(program, [...flags, join(ROOT, 'src/optimize/run.ts'), ...args], {
    cwd: ROOT,
    // Any key does, as long as all runs sign with the same one.
    env: { ...process.env, BUNDLE_SIGNING_KEY: '11'.repeat(32) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (interruptedAtTenths !== undefined) {
    child.stderr.on('data', (part: Buffer) => {
      const tenths = /: (\d+) %/.exec(String(part))?.[1];
      if (tenths !== undefined && Number(tenths) >= interruptedAtTenths * 10) child.kill('SIGINT');
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
