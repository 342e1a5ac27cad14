import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Child {
  /** Also the id of its process group. */
  readonly pid: number;
  readonly process: ChildProcess;
  /** How it ended, in words; resolves when it has. */
  readonly ended: Promise<string>;
  terminate(): void;
  /** Asks it to end, and kills its whole group if it has not by `graceMs`. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
}

interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stdout: 'pipe' | 'inherit';
  /** Opens a pipe from the child's descriptor 3. */
  readonly controlPipe?: boolean;
}

/**
 * Starts a process in a group of its own: a Ctrl-C or a signal to the launcher's group then reaches only the
 * launcher, which ends its children in order. Its standard input is a pipe, so that it sees the launcher die.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ['pipe', options.stdout, 'inherit', ...(options.controlPipe ? (['pipe'] as const) : [])],
    env: { ...process.env, ...options.environment },
  });
  const ended = endOf(child);
  await Promise.race([once(child, 'spawn'), ended.then((how) => Promise.reject(new Error(how)))]);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.command} has no process id`);
  return {
    pid,
    process: child,
    ended,
    terminate: () => void child.kill('SIGTERM'),
    async stop(graceMs) {
      child.kill('SIGTERM');
      const killer = setTimeout(() => killGroup(pid), graceMs);
      await ended;
      clearTimeout(killer);
      // What it started itself, and did not take along.
      killGroup(pid);
    },
  };
}

async function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (failure) => resolve(failure.message));
    child.once('exit', (status, signal) =>
      resolve(signal ? `was killed by ${signal}` : `ended with status ${status}`),
    );
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
