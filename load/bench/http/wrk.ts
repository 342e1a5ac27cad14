import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';

const answerSchema = z.object({
  requests: z.number(),
  durationUs: z.number(),
  p50Us: z.number(),
  p99Us: z.number(),
  maxUs: z.number(),
  socketErrors: z.number(),
  answers: z.number(),
  /** Answers other than 200. */
  refused: z.number(),
  /** Decisions that safety made HOLD. */
  safety: z.number(),
  actionable: z.number(),
  /** The first answer that was refused or held for safety; empty when there is none. */
  firstRefusal: z.string(),
});

export type WrkAnswer = z.infer<typeof answerSchema>;

export interface WrkOptions {
  readonly url: string;
  /** A request's JSON a line; they are posted in turn. */
  readonly bodiesPath: string;
  /** Whole header value; empty for none. */
  readonly authorization: string;
  readonly durationSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Enough that a single-threaded server never waits for the next request, few enough that the percentiles speak
 * of the server and not of a queue of its clients' making (16 ÷ throughput is the mean latency at saturation).
 */
export const WRK_CONNECTIONS = 16;

/** Throws in one line when wrk is not installed. */
export function assertWrk(): void {
  // wrk has no option that exits with 0; not being found is what is asked about.
  if (spawnSync('wrk', ['--version']).error === undefined) return;
  throw new Error('wrk is not installed: apt-get install wrk (Debian, Ubuntu) or brew install wrk (macOS)');
}

/** Posts for the given time over one thread's connections, as fast as answers come. Runs where this process does. */
export async function runWrk(options: WrkOptions): Promise<WrkAnswer> {
  const { url, bodiesPath, authorization, durationSeconds, signal } = options;
  const script = join(import.meta.dirname, 'post.lua');
  const args = [
    ...['-t1', `-c${WRK_CONNECTIONS}`, `-d${durationSeconds}s`, '--timeout', '10s'],
    ...['-s', script, url, '--', bodiesPath],
  ];
  const wrk = spawn('wrk', args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BENCH_AUTHORIZATION: authorization },
    signal,
  });
  let output = '';
  wrk.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    wrk.once('error', (failure) => reject(signal.aborted ? signal.reason : failure));
    wrk.once('close', resolve);
  });
  const line = output.split('\n').find((candidate) => candidate.startsWith('{'));
  if (status !== 0 || line === undefined)
    throw new Error(`wrk ended with status ${status}: ${output.trim()}`);
  return answerSchema.parse(JSON.parse(line));
}
