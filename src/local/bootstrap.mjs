/**
 * What every npm script calls: `node src/local/bootstrap.mjs <command> [arguments]`. Plain JavaScript without
 * dependencies, because it runs before anything is installed and on a Node (20) that cannot run TypeScript. It
 * installs what the command needs and nothing more, then runs the command under a Node that can (24 or newer).
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const NODE_MAJOR_MIN = 20;
/** The first line whose Node runs TypeScript without a flag and is supported for years. */
const NODE_MAJOR_TYPESCRIPT = 24;

/**
 * `packages`: `runtime` leaves out the development tools. `toolsets`: other runtimes the command starts.
 * `flags`: of Node. The simulator touches so much code that pages of it are looked up all the time: large ones take a tenth off.
 * @type {Record<string, { module: string, packages: 'runtime' | 'all', toolsets: (args: string[]) => string[], flags?: string[] }>}
 */
const COMMANDS = {
  start: { module: 'src/local/launch.ts', packages: 'runtime', toolsets: chosenRuntime },
  test: { module: 'src/local/run-tests.ts', packages: 'all', toolsets: () => ['deno', 'bun'] },
  check: { module: 'src/local/check.ts', packages: 'all', toolsets: () => [] },
  standins: { module: 'src/local/standins.ts', packages: 'runtime', toolsets: () => [] },
  build: { module: 'src/local/build.ts', packages: 'runtime', toolsets: () => [] },
  model: { module: 'src/local/model.ts', packages: 'runtime', toolsets: () => [] },
  audit: { module: 'src/local/audit.ts', packages: 'runtime', toolsets: () => [] },
  ops: { module: 'src/local/ops.ts', packages: 'runtime', toolsets: () => [] },
  kernel: { module: 'src/local/build-kernel.ts', packages: 'all', toolsets: () => [] },
  simulate: {
    module: 'src/local/simulate.ts',
    packages: 'runtime',
    toolsets: () => [],
    flags: ['--use-largepages=silent'],
  },
  load: { module: 'src/local/load.ts', packages: 'runtime', toolsets: chosenRuntime },
  reliability: { module: 'load/reliability/run.ts', packages: 'runtime', toolsets: () => [] },
  bench: { module: 'load/bench/run.ts', packages: 'all', toolsets: () => ['deno', 'bun'] },
  optimize: { module: 'src/optimize/run.ts', packages: 'all', toolsets: runtimesToProve },
};

/**
 * Packages that hold a program for one platform, and where in it. What npm links to instead is a wrapper, which
 * would stand between a program and the signals and descriptors that are passed to it.
 */
const PLATFORM_BINARIES = {
  node: [/^node-(bin-)?(linux|darwin)-/, 'bin/node'],
  deno: [/^@deno\//, 'deno'],
  bun: [/^@oven\//, 'bin/bun'],
  workerd: [/^@cloudflare\/workerd-/, 'bin/workerd'],
};

await main(process.argv[2] ?? '', process.argv.slice(3));

async function main(name, args) {
  const command = COMMANDS[name];
  if (!command) fail(`usage: npm run ${Object.keys(COMMANDS).join(' | ')}`, 2);
  if (majorOf(process.versions.node) < NODE_MAJOR_MIN) {
    fail(`Node ${process.versions.node} is too old: Node ${NODE_MAJOR_MIN} or newer is needed.`);
  }
  const installed = await installPackages('', command.packages === 'all', 'packages');
  if (installed) linkBinary('workerd', join(ROOT, 'node_modules'));
  for (const toolset of command.toolsets(args)) await installToolset(toolset);
  const node = await findNode();
  await run(node, [...(command.flags ?? []), join(ROOT, command.module), ...args]);
}

/** The toolset that `--runtime deno|bun` names; workerd comes with the packages. */
function chosenRuntime(args) {
  const at = args.findIndex((arg) => arg === '--runtime' || arg.startsWith('--runtime='));
  const value = at < 0 ? '' : args[at].includes('=') ? args[at].split('=')[1] : args[at + 1];
  return value === 'deno' || value === 'bun' ? [value] : [];
}

/** `optimize prove`, of everything or of `reproduction`, runs the command on the other runtimes. */
function runtimesToProve(args) {
  const at = args.indexOf('prove');
  const named = at < 0 ? [] : args.slice(at + 1).filter((arg) => /^[a-z]+$/.test(arg));
  const isAsked = at >= 0 && (named.length === 0 || named.includes('reproduction'));
  return isAsked ? ['deno', 'bun'] : [];
}

async function findNode() {
  if (majorOf(process.versions.node) >= NODE_MAJOR_TYPESCRIPT) return process.execPath;
  return installToolset('node');
}

/** Installs `toolsets/<name>` and answers its program. */
async function installToolset(name) {
  const modules = join(ROOT, 'toolsets', name, 'node_modules');
  const installed = await installPackages(join('toolsets', name), true, `the ${name} runtime`);
  const binary = installed ? linkBinary(name, modules) : platformBinary(name, modules);
  if (!binary) fail(`${name}: there is no package of it for ${process.platform} on ${process.arch}.`);
  return binary;
}

/** Points `.bin/<name>` at the program itself. */
function linkBinary(name, modules) {
  const binary = platformBinary(name, modules);
  if (!binary) return undefined;
  const link = join(modules, '.bin', name);
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), binary), link);
  return binary;
}

function platformBinary(name, modules) {
  const [pattern, path] = PLATFORM_BINARIES[name];
  const holder = packagesIn(modules).find((folder) => pattern.test(folder));
  return holder && join(modules, holder, path);
}

function packagesIn(modules) {
  if (!existsSync(modules)) return [];
  return readdirSync(modules).flatMap((entry) =>
    entry.startsWith('@') ? readdirSync(join(modules, entry)).map((inner) => `${entry}/${inner}`) : [entry],
  );
}

/**
 * Makes `folder/node_modules` hold what its lock file names. Answers whether it had to install. It is
 * `install --no-save` and not `ci`, because `ci` refuses a lock file that lacks another platform's optional
 * packages; both take versions and hashes from the lock file and leave it as it is.
 */
async function installPackages(folder, withDevelopment, what) {
  const cwd = join(ROOT, folder);
  if (missingPackages(cwd, withDevelopment).length === 0) return false;
  const keepsDevelopment =
    withDevelopment || Object.values(installedPackages(cwd)).some((entry) => entry.dev);
  const scope = keepsDevelopment ? '--include=dev' : '--omit=dev';
  // Scripts are left out: newer npm refuses them anyway, and every native part used here is a package of its own.
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  await step(`installing ${what}`, async () => {
    const result = await npm(['install', '--no-save', scope, ...quiet], cwd);
    if (result.status !== 0) fail(`npm could not install ${what}: ${reasonOf(result.output)}`);
  });
  const absent = missingPackages(cwd, withDevelopment);
  if (absent.length > 0) fail(`npm ended well but did not install ${absent.slice(0, 3).join(', ')}.`);
  return true;
}

function missingPackages(cwd, withDevelopment) {
  const wanted = JSON.parse(readFileSync(join(cwd, 'package-lock.json'), 'utf8')).packages;
  const present = installedPackages(cwd);
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== '' && isNeeded(entry, withDevelopment))
    .filter(([path, entry]) => present[path]?.version !== entry.version)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
}

/** npm's own list of what is in `node_modules`; written last, so it is absent after an install that was cut short. */
function installedPackages(cwd) {
  const hidden = join(cwd, 'node_modules', '.package-lock.json');
  return existsSync(hidden) ? JSON.parse(readFileSync(hidden, 'utf8')).packages : {};
}

/** Optional packages are needed where they are this platform's build of something, and nowhere else. */
function isNeeded(entry, withDevelopment) {
  if (entry.dev && !withDevelopment) return false;
  if (!entry.optional && !entry.devOptional) return true;
  const fits = (list, value) => list?.includes(value) ?? false;
  return fits(entry.os, process.platform) && fits(entry.cpu, process.arch) && !entry.libc;
}

function npm(args, cwd) {
  const ours = process.env.npm_execpath;
  const viaNode = ours !== undefined && basename(ours) === 'npm-cli.js';
  const [file, argv] = viaNode ? [process.execPath, [ours, ...args]] : ['npm', args];
  return new Promise((resolve) => {
    const child = spawn(file, argv, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.on('error', (cause) => resolve({ status: 1, output: cause.message }));
    child.on('close', (status) => resolve({ status, output }));
  });
}

/** npm's first line that says what happened, then the end of what it printed, for those who have to look further. */
function reasonOf(output) {
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim());
  const telling = lines.filter(
    (line) => line !== '' && !/^(npm warn|code|errno|syscall|path|dest)\b/.test(line),
  );
  return [telling[0] ?? 'no reason given', ...telling.slice(1).slice(-5)].join('\n  ');
}

/** One line for a step with its seconds; while it lasts, a line more every 15 s, so that nobody thinks it hangs. */
async function step(title, work) {
  const beganMs = Date.now();
  const seconds = () => `${((Date.now() - beganMs) / 1000).toFixed(1)} s`;
  console.error(`${title} …`);
  const ticker = setInterval(() => console.error(`${title} … ${seconds()}`), 15_000);
  await work();
  clearInterval(ticker);
  console.error(`${title}: done in ${seconds()}`);
}

/** Runs the command in this process's place: same terminal, its signals, its exit status. */
function run(node, args) {
  const path = `${dirname(node)}:${process.env.PATH ?? ''}`;
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (cause) => fail(`cannot run ${node}: ${cause.message}`));
    child.on('exit', (status, signal) => {
      process.exitCode = signal ? 1 : (status ?? 1);
      resolve(undefined);
    });
  });
}

function fail(message, status = 1) {
  console.error(message);
  process.exit(status);
}

function majorOf(version) {
  return Number(version.split('.')[0]);
}
