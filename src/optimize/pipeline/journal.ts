import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256Hex } from '../../core/digest.ts';
import type { Executor } from './executor.ts';
import { fromJournalText, toJournalText } from './journal-text.ts';
import type { ResultOf, Task } from './task.ts';

interface JournalOptions {
  /** One line a finished task: its key, a space, its result. */
  readonly path: string;
  /** Answer from the file what it already knows; false begins it anew. */
  readonly resume: boolean;
  /** Of the program that ran: results of another are not used. */
  readonly programHash: string;
  readonly executor: Executor;
}

/**
 * An executor that writes down what each task gave, so that a run that was stopped goes on where it was: the same
 * tasks are asked for again and answered from the file, and so every later suggestion is the same too. A task is
 * known by the hash of everything in it. A last line that was cut short is as if it had not been written.
 */
export async function createJournal(options: JournalOptions): Promise<Executor> {
  const { path, executor, programHash } = options;
  const lines = options.resume ? await readWholeLines(path) : [];
  const known = new Map(lines.map((line) => [line.slice(0, KEY_LENGTH), line.slice(KEY_LENGTH + 1)]));
  await mkdir(dirname(path), { recursive: true });
  // Without what was cut short, so that the next line begins on its own.
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  // Appends follow one another, so that lines stay whole.
  let written: Promise<void> = Promise.resolve();
  return {
    async run<T extends Task>(task: T): Promise<ResultOf<T>> {
      const key = sha256Hex(`${programHash}\n${toJournalText(task)}`);
      const text = known.get(key);
      if (text !== undefined) return fromJournalText(text) as ResultOf<T>;
      const result = await executor.run(task);
      written = written.then(() => appendFile(path, `${key} ${toJournalText(result)}\n`));
      await written;
      return result;
    },
    async close() {
      await executor.close();
      await written;
    },
  };
}

/** Hex digits of a SHA-256. */
const KEY_LENGTH = 64;

async function readWholeLines(path: string): Promise<readonly string[]> {
  let text = '';
  try {
    text = await readFile(path, 'utf8');
  } catch (failure) {
    // What is there and cannot be read must not be written over.
    if (!(failure instanceof Error && 'code' in failure && failure.code === 'ENOENT')) throw failure;
  }
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '');
}
