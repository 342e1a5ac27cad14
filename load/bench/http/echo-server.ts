import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildWorker, ROOT } from '../../../src/local/build-worker.ts';
import { type Child, startChild } from '../../../src/local/child.ts';
import { freePort } from '../../../src/local/free-port.ts';
import { startReaper } from '../../../src/local/reaper.ts';
import type { RuntimeName } from '../../../src/local/service-file.ts';
import { TICKER_TOKEN, workerdConfig } from '../../../src/local/workerd-config.ts';
import { startWorkerd } from '../../../src/local/workerd-process.ts';
import type { Server } from './server.ts';

interface EchoOptions {
  readonly runtime: RuntimeName;
  /** For what has to be built. */
  readonly workDir: string;
}

const STOP_GRACE_MS = 2_000;
const START_DEADLINE_MS = 10_000;

/** Starts the handler of ../echo on a runtime; it answers when this resolves. */
export async function startEcho({ runtime, workDir }: EchoOptions): Promise<Server> {
  const port = await freePort();
  const reaper = startReaper([]);
  const child = await startOn(runtime, port, workDir);
  reaper.watch([child.pid]);
  const server: Server = {
    url: `http://127.0.0.1:${port}/`,
    authorization: '',
    pid: child.pid,
    backlog: async () => 0,
    settle: async () => undefined,
    async stop() {
      await child.stop(STOP_GRACE_MS);
      reaper.dismiss();
    },
  };
  try {
    await untilAnswers(server.url);
  } catch (cause) {
    await server.stop();
    throw new Error(`the echo server on ${runtime}: ${(cause as Error).message}`, { cause });
  }
  return server;
}

function startOn(runtime: RuntimeName, port: number, workDir: string): Promise<Child> {
  switch (runtime) {
    case 'workerd':
      return startOnWorkerd(port, workDir);
    case 'deno':
      return startScript('deno', ['run', '--quiet', '--no-prompt', '--allow-net', '--allow-env'], port);
    case 'bun':
      return startScript('bun', ['run', '--no-install'], port);
  }
}

function startScript(runtime: 'deno' | 'bun', flags: readonly string[], port: number): Promise<Child> {
  return startChild({
    command: join(ROOT, 'toolsets', runtime, 'node_modules/.bin', runtime),
    args: [...flags, join(import.meta.dirname, '../echo', `${runtime}.ts`)],
    environment: { PORT: String(port), DENO_NO_UPDATE_CHECK: '1' },
    output: 'inherit',
  });
}

/** With the service's own configuration, less its engine. */
async function startOnWorkerd(port: number, workDir: string): Promise<Child> {
  const moduleDir = join(workDir, 'echo-worker');
  const [entry] = await buildWorker({
    entry: join(import.meta.dirname, '../echo/workerd.ts'),
    outDir: moduleDir,
    bundlesDir: join(workDir, 'no-bundles'),
    bundles: 'local',
    engines: 'all',
  });
  if (!entry) throw new Error('the build has no entry');
  const { child, ports } = await startWorkerd({
    config: workerdConfig({ modules: [entry], address: `127.0.0.1:${port}`, environment: [] }),
    configPath: join(workDir, 'echo.capnp'),
    moduleDir,
    environment: { [TICKER_TOKEN]: 'of no use here' },
  });
  await ports;
  return child;
}

async function untilAnswers(url: string): Promise<void> {
  for (const endMs = Date.now() + START_DEADLINE_MS; Date.now() < endMs; await sleep(25)) {
    const response = await fetch(url, { method: 'POST', body: '{}' }).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error(`no answer within ${START_DEADLINE_MS / 1000} s`);
}
