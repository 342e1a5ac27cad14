import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './build-worker.ts';

const run = promisify(execFile);

/** The version that load/k6/go.mod pins. */
const K6_VERSION = 'v2.2.0';
const K6_MAJOR = 2;
/** The first Go that fetches the newer Go a module asks for. */
const GO_MIN = [1, 21] as const;
const BUILD_DEADLINE_MS = 900_000;

/** A runtime that the bootstrap installed for this command. */
export function runtimeBinary(name: 'deno' | 'bun'): string {
  const path = join(ROOT, 'toolsets', name, 'node_modules/.bin', name);
  if (!existsSync(path))
    throw new Error(`${name} is not installed; npm test and npm start -- --runtime ${name} install it`);
  return path;
}

/**
 * k6 of the right major version: the one on the PATH, the one built before, or one built now, which takes a
 * minute or two. Rejects with one line that says what is missing.
 */
export async function k6Binary(progress: (line: string) => void): Promise<string> {
  if ((await versionOf('k6', ['version'], /v(\d+)\./))?.[0] === K6_MAJOR) return 'k6';
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const path = join(cache, 'ultrathink', `k6-${K6_VERSION}`, 'k6');
  if (!existsSync(path)) await buildK6(path, progress);
  return path;
}

async function buildK6(path: string, progress: (line: string) => void): Promise<void> {
  const [major = 0, minor = 0] = (await versionOf('go', ['env', 'GOVERSION'], /go(\d+)\.(\d+)/)) ?? [];
  if (major < GO_MIN[0] || (major === GO_MIN[0] && minor < GO_MIN[1])) {
    throw new Error(
      `k6 is missing: put k6 ${K6_MAJOR} on the PATH, or Go ${GO_MIN.join('.')} or newer to build it with`,
    );
  }
  progress(`building k6 ${K6_VERSION}, once, into ${path}`);
  mkdirSync(join(path, '..'), { recursive: true });
  const draft = `${path}.${process.pid}`;
  await run('go', ['build', '-trimpath', '-o', draft, 'go.k6.io/k6/v2'], {
    cwd: join(ROOT, 'load/k6'),
    env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'auto', GOFLAGS: '-mod=readonly' },
    timeout: BUILD_DEADLINE_MS,
  });
  renameSync(draft, path);
}

/** The numbers that `pattern` captures from the command's output; undefined when it cannot be run. */
async function versionOf(
  command: string,
  args: readonly string[],
  pattern: RegExp,
): Promise<number[] | undefined> {
  const output = await run(command, args).then(
    ({ stdout }) => stdout,
    () => '',
  );
  return pattern.exec(output)?.slice(1).map(Number);
}
