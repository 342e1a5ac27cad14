import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Reaper {
  /** Process group ids that must not outlive the launcher, in the order they should end. */
  watch(groups: readonly number[]): void;
  /** Everything was ended in order. */
  dismiss(): void;
}

/**
 * A small process that outlives a launcher killed with SIGKILL, ends its children and removes `files`. A POSIX
 * shell and not Node: it waits for as long as the service runs, and takes a megabyte for it.
 */
export function startReaper(files: readonly string[]): Reaper {
  const child = spawn('sh', [join(import.meta.dirname, 'reaper.sh'), ...files], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  // The reaper is a safety net: if it is gone, the launcher still ends its children itself.
  child.stdin.on('error', () => undefined);
  return {
    watch: (groups) => child.stdin.write(`${groups.join(' ')}\n`),
    dismiss: () => child.stdin.end('bye\n'),
  };
}
