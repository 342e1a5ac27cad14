import { type ChildProcess, spawn } from 'node:child_process';

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
  /** `pipe-stdout`: standard output alone is read by us. */
  readonly output: 'inherit' | 'pipe-stdout' | 'pipe';
  /** Opens a pipe from the child's descriptor 3. */
  readonly controlPipe?: boolean;
}

/**
 * Starts a process in a group of its own: a Ctrl-C or a signal to the launcher's group then reaches only the
 * launcher, which ends its children in order. Its standard input is a pipe, so that it sees the launcher die.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { output } = options;
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: [
      'pipe',
      output === 'inherit' ? 'inherit' : 'pipe',
      output === 'pipe' ? 'pipe' : 'inherit',
      ...(options.controlPipe ? (['pipe'] as const) : []),
    ],
    env: { ...process.env, ...options.environment },
  });
  const ended = endOf(child);
  const { pid } = child;
  // Nothing else is waited for: whoever has to end the child must know it as soon as it exists.
  if (pid === undefined) throw new Error(await ended);
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
    },
  };
}

/** Nothing it started outlives it. */
async function endOf(child: ChildProcess): Promise<string> {
  child.once('exit', () => killGroup(child.pid ?? 0));
  return new Promise((resolve) => {
    child.once('error', (failure) => resolve(failure.message));
    child.once('exit', (status, signal) =>
      resolve(signal ? `was killed by ${signal}` : `ended with status ${status}`),
    );
  });
}

function killGroup(pid: number): void {
  if (pid === 0) return; // It would be our own group.
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
