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

/** A handler that bounds a service from below, in the directory of its name. */
export type BareHandler = 'echo' | 'floor';

interface HandlerOptions {
  readonly handler: BareHandler;
  readonly runtime: RuntimeName;
  /** For what has to be built. */
  readonly workDir: string;
}

const STOP_GRACE_MS = 2_000;
const START_DEADLINE_MS = 10_000;

/** Starts a handler on a runtime; it answers when this resolves. */
export async function startHandler({ handler, runtime, workDir }: HandlerOptions): Promise<Server> {
  const port = await freePort();
  const reaper = startReaper([]);
  const child = await startOn(runtime, handler, port, workDir);
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
    throw new Error(`the handler ${handler} on ${runtime}: ${(cause as Error).message}`, { cause });
  }
  return server;
}

function startOn(runtime: RuntimeName, handler: BareHandler, port: number, workDir: string): Promise<Child> {
  return runtime === 'workerd'
    ? startOnWorkerd(handler, port, workDir)
    : startScript(runtime, join(import.meta.dirname, '..', handler, `${runtime}.ts`), port);
}

const flagsOf = {
  deno: ['run', '--quiet', '--no-prompt', '--allow-net', '--allow-env', '--allow-read'],
  bun: ['run', '--no-install'],
} as const;

function startScript(runtime: 'deno' | 'bun', script: string, port: number): Promise<Child> {
  return startChild({
    command: join(ROOT, 'toolsets', runtime, 'node_modules/.bin', runtime),
    args: [...flagsOf[runtime], script],
    environment: { PORT: String(port), DENO_NO_UPDATE_CHECK: '1' },
    output: 'inherit',
  });
}

/** With the service's own configuration, less onnxruntime-web. */
async function startOnWorkerd(handler: BareHandler, port: number, workDir: string): Promise<Child> {
  const moduleDir = join(workDir, `${handler}-worker`);
  const modules = await buildWorker({
    entry: join(import.meta.dirname, '..', handler, 'workerd.ts'),
    outDir: moduleDir,
    bundlesDir: join(workDir, 'no-bundles'),
    bundles: 'local',
    engines: 'kernel',
  });
  const { child, ports } = await startWorkerd({
    config: workerdConfig({ modules, address: `127.0.0.1:${port}`, environment: [] }),
    configPath: join(workDir, `${handler}.capnp`),
    moduleDir,
    environment: { [TICKER_TOKEN]: 'of no use here' },
  });
  await ports;
  return child;
}

async function untilAnswers(url: string): Promise<void> {
  for (const endMs = Date.now() + START_DEADLINE_MS; Date.now() < endMs; await sleep(25)) {
    const response = await fetch(url, { method: 'POST', body: '{"features":{}}' }).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error(`no answer within ${START_DEADLINE_MS / 1000} s`);
}
