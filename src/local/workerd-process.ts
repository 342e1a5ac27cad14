import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Child, startChild } from './child.ts';

interface WorkerdOptions {
  /** Text of the configuration; see workerd-config.ts. */
  readonly config: string;
  /** Where the configuration is written. */
  readonly configPath: string;
  /** Folder of the built modules. */
  readonly moduleDir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Loopback port of its inspector (Chrome DevTools protocol); none where it has none. */
  readonly inspectorPort?: number | undefined;
}

export interface WorkerdProcess {
  readonly child: Child;
  /** Port of each socket by its name, as bound; resolves when all listen, rejects when workerd ends before. */
  readonly ports: Promise<ReadonlyMap<string, number>>;
}

/** Starts raw workerd. */
export async function startWorkerd(options: WorkerdOptions): Promise<WorkerdProcess> {
  const { inspectorPort } = options;
  mkdirSync(dirname(options.configPath), { recursive: true });
  writeFileSync(options.configPath, options.config);
  const child = await startChild({
    command: workerdBinary(),
    args: [
      ...['serve', '--experimental', '-I', options.moduleDir, '--control-fd=3'],
      ...(inspectorPort === undefined ? [] : [`--inspector-addr=127.0.0.1:${inspectorPort}`]),
      options.configPath,
    ],
    environment: options.environment,
    output: 'inherit',
    controlPipe: true,
  });
  const endedEarly = child.ended.then((how) =>
    Promise.reject(new Error(`workerd ${how} before it listened`)),
  );
  return { child, ports: Promise.race([listeningPorts(child, options.config), endedEarly]) };
}

/** workerd writes a JSON line for each socket it listens on. */
async function listeningPorts(child: Child, config: string): Promise<ReadonlyMap<string, number>> {
  const socketCount = config.match(/http = \(\)/g)?.length ?? 0;
  const ports = new Map<string, number>();
  for await (const line of createInterface({ input: child.process.stdio[3] as Readable })) {
    const message: { event?: string; socket?: string; port?: number } = JSON.parse(line);
    if (message.event === 'listen' && message.socket && message.port) ports.set(message.socket, message.port);
    if (ports.size === socketCount) break;
  }
  return ports;
}

/** The platform's own binary: the package's `bin` is a wrapper that would stand between it and our signals. */
function workerdBinary(): string {
  const scope = join(
    dirname(createRequire(import.meta.url).resolve('workerd/package.json')),
    '..',
    '@cloudflare',
  );
  const platform = existsSync(scope) ? readdirSync(scope).filter((name) => name.startsWith('workerd-')) : [];
  const [folder] = platform;
  if (!folder) throw new Error(`workerd has no package for ${process.platform} on ${process.arch}`);
  return join(scope, folder, 'bin', 'workerd');
}
