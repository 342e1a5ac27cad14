import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Executor } from '../../../src/optimize/pipeline/executor.ts';
import { createJournal } from '../../../src/optimize/pipeline/journal.ts';
import { perform, type ResultOf, type Task } from '../../../src/optimize/pipeline/task.ts';
import { failingTask, fitTask } from './small-tasks.ts';

/** Works, and counts what it was asked. */
function countingExecutor() {
  const asked: Task[] = [];
  let closed = 0;
  const executor: Executor = {
    async run<T extends Task>(task: T): Promise<ResultOf<T>> {
      asked.push(task);
      return perform(task);
    },
    async close() {
      closed += 1;
    },
  };
  return { executor, asked, closedTimes: () => closed };
}

async function journalPath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'journal-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return join(directory, 'not', 'yet', 'there', 'journal.txt');
}

/** Opens the journal, asks for the fits of these seeds, and says what had to be worked for. */
async function run(path: string, seeds: readonly number[], { resume = true, programHash = 'p' } = {}) {
  const counting = countingExecutor();
  const journal = await createJournal({ path, resume, programHash, executor: counting.executor });
  const results = await Promise.all(seeds.map((seed) => journal.run(fitTask(seed))));
  await journal.close();
  return { results, worked: counting.asked.length, closedTimes: counting.closedTimes() };
}

describe('createJournal', () => {
  it('answers from the file what an earlier run found, to the bit, without working', async () => {
    const path = await journalPath();
    const before = await run(path, [1, 2]);
    const after = await run(path, [2, 1, 3]);
    expect([before.worked, after.worked]).toEqual([2, 1]);
    expect(after.results.slice(0, 2)).toStrictEqual(before.results.toReversed());
    expect(before.results[0]).toStrictEqual(perform(fitTask(1)));
    expect((await run(path, [1, 2, 3])).worked).toBe(0);
  });

  it('begins anew where it is not asked to go on', async () => {
    const path = await journalPath();
    await run(path, [1, 2]);
    expect((await run(path, [1], { resume: false })).worked).toBe(1);
    expect((await run(path, [2])).worked).toBe(1);
  });

  it('does a task again whose line was cut short, and leaves whole lines alone', async () => {
    const path = await journalPath();
    const before = await run(path, [1, 2]);
    const text = await readFile(path, 'utf8');
    for (const cut of [1, 40, text.length - text.indexOf('\n') - 2]) {
      await writeFile(path, text.slice(0, -cut));
      const after = await run(path, [1, 2]);
      expect(after.worked).toBe(1);
      expect(after.results).toStrictEqual(before.results);
      expect(await readFile(path, 'utf8')).toHaveLength(text.length);
      expect((await run(path, [1, 2])).worked).toBe(0);
    }
  });

  it('does not use what another program found', async () => {
    const path = await journalPath();
    await run(path, [1]);
    expect((await run(path, [1], { programHash: 'q' })).worked).toBe(1);
    expect((await run(path, [1])).worked).toBe(0);
  });

  it('writes down nothing of a task that failed', async () => {
    const path = await journalPath();
    const journal = await createJournal({
      path,
      resume: true,
      programHash: 'p',
      executor: countingExecutor().executor,
    });
    await expect(journal.run(failingTask())).rejects.toThrow('rowsInLeafMin');
    expect(await readFile(path, 'utf8')).toBe('');
    await journal.run(fitTask(1));
    expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(2);
  });

  it('closes what does the work', async () => {
    expect((await run(await journalPath(), [])).closedTimes).toBe(1);
  });
});
