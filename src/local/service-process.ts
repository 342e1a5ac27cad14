import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stop as stopEsbuild } from 'esbuild';
import { buildWorker, ROOT, type WorkerModule } from './build-worker.ts';
import { type Child, startChild } from './child.ts';
import type { RuntimeName } from './service-file.ts';
import { runtimeBinary } from './toolset.ts';
import { TICKER_TOKEN, workerdConfig } from './workerd-config.ts';
import { startWorkerd } from './workerd-process.ts';

export interface ServiceProcess {
  readonly child: Child;
  /** Resolves when the service takes no more decisions and has written all it answered. */
  drain(): Promise<void>;
}

interface ServiceOptions {
  readonly runtime: RuntimeName;
  readonly port: number;
  /** Where a generated configuration and what was built for it lie. */
  readonly dataDir: string;
  /** Where the bundles to serve are. */
  readonly bundlesDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly tickerToken: string;
  /** What {@link prepareService} made. */
  readonly modules: readonly WorkerModule[];
  /** Of workerd's inspector, which nothing but a proof asks for. */
  readonly inspectorPort?: number;
}

const TICK_EVERY_MS = 60_000;

/** What can be done before the stand-ins are up: workerd needs the Worker built, Deno and Bun run the source. */
export async function prepareService(
  options: Pick<ServiceOptions, 'runtime' | 'dataDir' | 'bundlesDir'>,
): Promise<readonly WorkerModule[]> {
  if (options.runtime !== 'workerd') return [];
  const modules = await buildWorker({
    entry: join(ROOT, 'functions/cloudflare.ts'),
    outDir: workerDirOf(options),
    bundlesDir: options.bundlesDir,
    bundles: 'local',
    engines: 'all',
  });
  // Its process would otherwise stay for as long as the service runs.
  await stopEsbuild();
  return modules;
}

/** A data directory has one service, so nobody builds into what another is about to load. */
const workerDirOf = ({ dataDir }: Pick<ServiceOptions, 'dataDir'>): string => join(dataDir, 'worker');

/** Starts the service; it may not answer yet. */
export function startService(options: ServiceOptions): Promise<ServiceProcess> {
  switch (options.runtime) {
    case 'workerd':
      return onWorkerd(options);
    case 'deno':
      return onOwnServer(
        'deno',
        ['run', '--quiet', '--no-prompt', '--allow-net', '--allow-read', '--allow-env'],
        options,
      );
    case 'bun':
      return onOwnServer('bun', ['run', '--no-install'], options);
  }
}

/** Deno and Bun serve by themselves, and drain before they end on SIGTERM. */
async function onOwnServer(
  runtime: 'deno' | 'bun',
  flags: readonly string[],
  options: ServiceOptions,
): Promise<ServiceProcess> {
  const { port, environment, bundlesDir } = options;
  const child = await startChild({
    command: runtimeBinary(runtime),
    args: [...flags, join(ROOT, 'functions', `${runtime}.ts`)],
    environment: {
      ...environment,
      HOST: '127.0.0.1',
      PORT: String(port),
      BUNDLES_DIR: bundlesDir,
      DENO_NO_UPDATE_CHECK: '1',
    },
    output: 'inherit',
  });
  return {
    child,
    async drain() {
      child.terminate();
      await child.ended;
    },
  };
}

/** workerd neither schedules nor drains; the ticker beside it (workerd-config.ts) is called for both. */
async function onWorkerd(options: ServiceOptions): Promise<ServiceProcess> {
  const { port, dataDir, environment, tickerToken, modules } = options;
  const { child, ports } = await startWorkerd({
    config: workerdConfig({ modules, address: `127.0.0.1:${port}`, environment: Object.keys(environment) }),
    configPath: join(dataDir, 'workerd.capnp'),
    moduleDir: workerDirOf(options),
    environment: { ...environment, [TICKER_TOKEN]: tickerToken },
    inspectorPort: options.inspectorPort,
  });
  const fire = async (cron: string): Promise<void> => {
    const url = `http://127.0.0.1:${(await ports).get('ticker')}/scheduled?cron=${encodeURIComponent(cron)}`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${tickerToken}` },
    });
    if (!response.ok) throw new Error(`the ${cron} job failed: ${await response.text()}`);
  };
  void tickUntilEnded(child, () => fire('* * * * *'));
  return { child, drain: () => fire('drain') };
}

async function tickUntilEnded(child: Child, tick: () => Promise<void>): Promise<void> {
  for (let isAlive = true; isAlive; ) {
    const timer = sleep(TICK_EVERY_MS, true, { ref: false });
    isAlive = await Promise.race([timer, child.ended.then(() => false)]);
    if (isAlive) await tick().catch((failure: Error) => console.error(failure.message));
  }
}
