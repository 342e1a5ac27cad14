import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../core/message-of.ts';
import { err, ok, type Result } from '../../core/result.ts';

/** A running `sklearn-trainer.py`. */
interface SklearnProcess {
  /** One line to it, its answer back. Not to be called again before that. */
  ask(line: 'fit' | 'score'): Promise<Result<Readonly<Record<string, unknown>>, string>>;
  stop(): void;
}

/** Starts Python on one thread. Whatever is missing is told by the first answer. */
export function startSklearn(options: {
  /** The command, such as `python3`. */
  readonly python: string;
  readonly folder: string;
  readonly width: number;
  readonly settings: Readonly<Record<string, number | null>>;
}): SklearnProcess {
  const script = fileURLToPath(new URL('sklearn-trainer.py', import.meta.url));
  const child = spawn(
    options.python,
    [script, options.folder, String(options.width), JSON.stringify(options.settings)],
    { env: { ...process.env, OMP_NUM_THREADS: '1' }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  // Both are told by the answer that does not come.
  let failure = `${options.python} ended without an answer`;
  child.on('error', (error) => {
    failure = messageOf(error);
  });
  child.stdin.on('error', () => {});
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const spawned = once(child, 'spawn').catch(() => {});
  return {
    async ask(line) {
      await spawned;
      child.stdin.write(`${line}\n`);
      const next = await answers.next();
      if (next.done) return err(failure);
      const answer = parsed(next.value);
      return 'error' in answer ? err(String(answer['error'])) : ok(answer);
    },
    stop() {
      child.stdin.end();
    },
  };
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return { error: `an answer is not JSON: ${line.slice(0, 80)}` };
  }
}
