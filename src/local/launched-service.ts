import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from './child.ts';
import { type RuntimeName, readServiceFile, type ServiceFile } from './service-file.ts';

export interface LaunchedService {
  readonly service: ServiceFile;
  readonly launcher: Child;
  readonly dataDir: string;
  /** Everything the launcher and its parts said; resolves when the last of them has ended. */
  readonly output: Promise<string>;
  /** As Ctrl-C does. Resolves with the launcher's end in words. */
  stop(): Promise<string>;
}

const POLL_MS = 50;
const START_DEADLINE_MS = 60_000;

/** A data directory of its own, and what removes it. */
export function temporaryDataDir(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'ultrathink-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs the launcher as people do, on a free port, for load runs and tests. Rejects with its output if it fails. */
export async function launchService(options: {
  readonly runtime: RuntimeName;
  readonly dataDir: string;
  /** Further arguments of `npm start`. */
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}): Promise<LaunchedService> {
  const { runtime, dataDir, args = [], environment = {} } = options;
  const own = ['--runtime', runtime, '--port', '0', '--data', dataDir];
  const launcher = await startChild({
    command: process.execPath,
    args: [join(import.meta.dirname, 'launch.ts'), ...own, ...args],
    environment,
    output: 'pipe',
  });
  const output = Promise.all(
    [launcher.process.stdout, launcher.process.stderr].map((part) => text(part as Readable)),
  );
  const said = output.then((parts) => parts.join(''));
  const service = await untilAnnounced(join(dataDir, 'service.json'), launcher);
  if (!service) throw new Error(await said);
  return {
    service,
    launcher,
    dataDir,
    output: said,
    async stop() {
      launcher.process.kill('SIGINT');
      return launcher.ended;
    },
  };
}

async function untilAnnounced(path: string, launcher: Child): Promise<ServiceFile | undefined> {
  let isGone = false;
  void launcher.ended.then(() => {
    isGone = true;
  });
  for (const endMs = Date.now() + START_DEADLINE_MS; Date.now() < endMs && !isGone; await sleep(POLL_MS)) {
    const service = readServiceFile(path);
    if (service?.pid === launcher.pid) return service;
  }
  launcher.terminate();
  return undefined;
}
