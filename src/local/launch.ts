/** `npm start`: the whole service on this machine, until Ctrl-C. */
import { existsSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './build-worker.ts';
import { type BundleChoice, chooseBundles, symbolsOf } from './bundle-choice.ts';
import { type Example, writeExampleRequests } from './example-requests.ts';
import { freePort } from './free-port.ts';
import { parseOrExplain } from './parse-or-explain.ts';
import {
  type RuntimeName,
  readServiceFile,
  runtimeNames,
  type ServiceFile,
  writeServiceFile,
} from './service-file.ts';
import { Stack } from './stack.ts';
import { type Cause, exitCode } from './supervisor.ts';

interface LaunchOptions {
  readonly runtime: RuntimeName;
  readonly port: number;
  readonly dataDir: string;
  readonly bundles: BundleChoice;
}

const USAGE = `usage: npm start -- [--runtime ${runtimeNames.join('|')}] [--port N] [--data DIR] [--bundles DIR] [--models a,b]`;
const LOOK_EVERY_MS = 1_000;
const startedMs = Date.now();

process.exitCode = await launch(process.argv.slice(2)).catch((failure: Error) => {
  console.error(failure.message);
  return 1;
});

async function launch(args: readonly string[]): Promise<number> {
  const { runtime, port, dataDir, bundles } = await readOptions(args);
  const files = serviceFiles(dataDir);
  const stack = new Stack({
    runtime,
    port,
    dataDir,
    bundles,
    files,
    databaseUrlFor: (url) => url,
    progress: (line) => console.error(`${line} (${secondsSinceStart()})`),
    async onReady(service) {
      // Who waits for the announcement finds everything beside it.
      const examples = await writeExampleRequests(join(dataDir, 'requests'), Date.now());
      for (const file of files) writeServiceFile(file, service);
      stopWithout(join(dataDir, 'service.json'), stack);
      const served = symbolsOf(bundles);
      greet(
        service,
        files,
        examples.filter(({ request }) => served.has(request.symbol)),
      );
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stack.interrupt());
  // A terminal that was closed without a signal.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stack.interrupt());
  const cause = await stack.run();
  for (const file of files) rmSync(file, { force: true });
  console.error(sayWhy(cause));
  return exitCode(cause);
}

/**
 * A start whose announcement in its data directory is gone is stopped like by a signal: the directory was removed, or
 * somebody took the file away for that purpose. Nothing else would end one whose terminal and parents are gone.
 */
function stopWithout(file: string, stack: Stack): void {
  const looking = setInterval(() => {
    if (existsSync(file)) return;
    clearInterval(looking);
    stack.interrupt();
  }, LOOK_EVERY_MS);
  looking.unref();
}

async function readOptions(args: readonly string[]): Promise<LaunchOptions> {
  const options = {
    runtime: { type: 'string', default: 'workerd' },
    port: { type: 'string', default: '8787' },
    data: { type: 'string', default: '.local' },
    bundles: { type: 'string', default: 'bundles' },
    models: { type: 'string' },
  } as const;
  const { values } = parseOrExplain(USAGE, () => parseArgs({ args: [...args], options }));
  const runtime = runtimeNames.find((name) => name === values.runtime);
  const port = Number(values.port);
  if (!runtime || !Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(USAGE);
  const bundles = chooseBundles(resolve(ROOT, values.bundles), values.models);
  return { runtime, port: await portOrExplain(port), dataDir: resolve(ROOT, values.data), bundles };
}

/** The port, or any free one for 0. */
async function portOrExplain(port: number): Promise<number> {
  try {
    return await freePort(port);
  } catch (failure) {
    const isTaken = (failure as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!isTaken) throw failure;
    throw new Error(`port ${port} is taken; choose another: npm start -- --port N`);
  }
}

/**
 * The service is announced in its data directory and in the place where everybody looks first, `.local`, unless
 * another running service is announced there. Two services on one data directory would share one database file.
 */
function serviceFiles(dataDir: string): readonly string[] {
  const own = join(dataDir, 'service.json');
  const usual = join(ROOT, '.local', 'service.json');
  const running = readServiceFile(own);
  if (running)
    throw new Error(
      `${running.baseUrl} already runs on ${dataDir} (process ${running.pid}); choose another: npm start -- --data DIR`,
    );
  return own === usual || readServiceFile(usual) ? [own] : [own, usual];
}

function greet(service: ServiceFile, files: readonly string[], examples: readonly Example[]): void {
  const { baseUrl, runtime, keys } = service;
  const shown = (path: string) => (path.startsWith(`${ROOT}/`) ? relative(ROOT, path) : path);
  console.log(
    `\n${baseUrl} serves on ${runtime}, ready after ${secondsSinceStart()}. Ctrl-C stops everything.`,
  );
  console.log(
    `Documentation ${baseUrl}/docs, health ${baseUrl}/readyz, keys and addresses in ${shown(files.at(-1) ?? '')}`,
  );
  for (const { title, file } of examples) {
    console.log(`\n# ${title}`);
    console.log(`curl -s ${baseUrl}/v1/decisions -H 'content-type: application/json' \\`);
    console.log(`  -H 'authorization: ${keys.decide}' -d @${shown(file)}`);
  }
}

function sayWhy(cause: Cause): string {
  switch (cause.kind) {
    case 'signal':
      return 'stopped; every answered decision is written';
    case 'crash':
      return `stopped, because the ${cause.part} part ${cause.detail}`;
    case 'failed-start':
      return `could not start: ${cause.detail}`;
  }
}

function secondsSinceStart(): string {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}
