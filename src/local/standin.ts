import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { type Child, startChild } from './child.ts';

export interface StandinAddress {
  readonly url: string;
  /** What answers behind it, e.g. `redis-server`. */
  readonly kind: string;
}

interface StandinProcess {
  readonly child: Child;
  /** Rejects when it ends before it is ready. */
  readonly ready: Promise<StandinAddress>;
}

interface StandinOptions {
  readonly name: 'redis' | 'libsql';
  /** 0 takes any free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly token: string;
}

const readyLine = z.object({ ready: z.literal(true), url: z.url(), backend: z.string().optional() });

/** Starts `standin-<name>.ts`. */
export async function startStandin({ name, port, dataDir, token }: StandinOptions): Promise<StandinProcess> {
  const child = await startChild({
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, `standin-${name}.ts`),
      `--port=${port}`,
      `--data=${dataDir}`,
      // A token may begin with a dash, which apart from its option would look like one.
      `--token=${token}`,
    ],
    environment: {},
    output: 'pipe-stdout',
  });
  const endedEarly = child.ended.then((how) => Promise.reject(new Error(`the ${name} stand-in ${how}`)));
  const address = firstLine(child.process.stdout as Readable).then((line) => {
    const { url, backend } = readyLine.parse(JSON.parse(line));
    return { url, kind: backend ?? name };
  });
  return { child, ready: Promise.race([address, endedEarly]) };
}

/** The first line goes to us, what may follow to the terminal. */
function firstLine(output: Readable): Promise<string> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: output });
    lines.once('line', (first) => {
      resolve(first);
      lines.on('line', (line) => console.error(line));
    });
  });
}
