import type { Child } from './child.ts';
import { startStandin } from './standin.ts';

/** A stand-in that may be taken away and given back, on the same port and with its data. */
export interface KillableStandin {
  readonly url: string;
  readonly port: number;
  /** Of the process that runs now, and of its group. */
  readonly pid: number;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** It keeps its connections and answers nothing, until `resume`. */
  pause(): void;
  resume(): void;
}

interface KillableStandinOptions {
  readonly name: 'redis' | 'libsql';
  readonly dataDir: string;
  readonly token: string;
}

/** Starts the stand-in; resolves when it is ready. */
export async function startKillableStandin(options: KillableStandinOptions): Promise<KillableStandin> {
  let child: Child;
  let port = 0;
  let url = '';
  async function start(): Promise<void> {
    const standin = await startStandin({ ...options, port });
    child = standin.child;
    url = (await standin.ready).url;
    port = Number(new URL(url).port);
  }
  await start();
  return {
    get url() {
      return url;
    },
    get port() {
      return port;
    },
    get pid() {
      return child.pid;
    },
    start,
    pause: () => process.kill(-child.pid, 'SIGSTOP'),
    resume: () => process.kill(-child.pid, 'SIGCONT'),
    async kill() {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
      await child.ended;
    },
  };
}
