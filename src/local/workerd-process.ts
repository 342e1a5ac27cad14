import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

interface WorkerdOptions {
  /** Text of the configuration; see workerd-config.ts. */
  readonly config: string;
  /** Where the configuration is written. */
  readonly configPath: string;
  /** Folder of the built modules. */
  readonly moduleDir: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface WorkerdProcess {
  readonly child: ChildProcess;
  /** Port of each socket by its name, as bound. */
  readonly ports: ReadonlyMap<string, number>;
}

/**
 * Starts raw workerd in a process group of its own, so that a terminal's Ctrl-C does not reach it before its
 * log is flushed. Resolves when its sockets listen; rejects when it ends before.
 */
export async function startWorkerd(options: WorkerdOptions): Promise<WorkerdProcess> {
  writeFileSync(options.configPath, options.config);
  const child = spawn(
    workerdBinary(),
    ['serve', '--experimental', '-I', options.moduleDir, '--control-fd=3', options.configPath],
    {
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      env: { ...process.env, ...options.environment },
    },
  );
  const ports = await Promise.race([listeningPorts(child, options.config), endedEarly(child)]);
  return { child, ports };
}

/** workerd writes a JSON line for each socket it listens on. */
async function listeningPorts(child: ChildProcess, config: string): Promise<ReadonlyMap<string, number>> {
  const socketCount = config.match(/http = \(\)/g)?.length ?? 0;
  const ports = new Map<string, number>();
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    const message: { event?: string; socket?: string; port?: number } = JSON.parse(line);
    if (message.event === 'listen' && message.socket && message.port) ports.set(message.socket, message.port);
    if (ports.size === socketCount) break;
  }
  return ports;
}

async function endedEarly(child: ChildProcess): Promise<never> {
  const [status] = await once(child, 'exit');
  throw new Error(`workerd ended with status ${status} before it listened`);
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
