import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Which process runs on which core, so that the load and what it is put on do not take turns on one. */
export interface Pinning {
  /** A sentence for the reader. */
  readonly description: string;
  /** Moves every thread of every process of a process group to the core of what is measured. */
  pinMeasured(processGroup: number): void;
}

const MEASURED_CORE = '0';
const REST_CORE = '1';

/**
 * Moves this process, and with it everything it starts from now on, off the core of what is measured. Without
 * util-linux' `taskset` or a second core nothing is moved, and the description says so.
 */
export function pinRest(): Pinning {
  const isPossible = availableParallelism() >= 2 && spawnSync('taskset', ['--version']).status === 0;
  if (!isPossible) {
    return {
      description:
        'Nothing was pinned to a core (one core, or no taskset): the load takes its share of the server.',
      pinMeasured: () => undefined,
    };
  }
  taskset(REST_CORE, process.pid);
  return {
    description: `Server alone on core ${MEASURED_CORE}; wrk, the stand-ins (redis-server and its gateway, libSQL) and the runner share core ${REST_CORE} (taskset).`,
    pinMeasured(processGroup) {
      for (const pid of processesOf(processGroup)) taskset(MEASURED_CORE, pid);
    },
  };
}

/** `-a`: all threads; those to come inherit it. */
function taskset(core: string, pid: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', core, String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
}

function processesOf(processGroup: number): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && processGroupOf(entry) === processGroup)
    .map(Number);
}

/** Field 5 of /proc/PID/stat, counted from behind the command's name, which may hold anything (proc(5)). */
function processGroupOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    return undefined;
  }
}
