import { describe, expect, it, onTestFinished } from 'vitest';
import { perform } from '../../../src/optimize/pipeline/task.ts';
import { createWorkerPool } from '../../../src/optimize/pipeline/worker-pool.ts';
import { failingTask, fitTask } from './small-tasks.ts';

function pool(size: number) {
  const created = createWorkerPool(size);
  onTestFinished(() => created.close());
  return created;
}

describe('createWorkerPool', () => {
  it('gives each task the bits that it has in this thread, in the order asked for', async () => {
    const seeds = [1, 2, 3, 4, 5];
    const { run } = pool(2);
    const results = await Promise.all(seeds.map((seed) => run(fitTask(seed))));
    expect(results).toStrictEqual(seeds.map((seed) => perform(fitTask(seed))));
  });

  it('rejects everything that waits when one task throws, with what it threw', async () => {
    const { run } = pool(1);
    const asked = [failingTask(), fitTask(1), fitTask(2)].map((task) => run(task));
    const outcomes = await Promise.allSettled(asked);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') throw new Error('a task was done');
      expect(String(outcome.reason)).toContain('rowsInLeafMin');
    }
  });

  it('rejects at once what is asked for after a failure, rather than let it wait for ever', async () => {
    const { run } = pool(1);
    await expect(run(failingTask())).rejects.toThrow('rowsInLeafMin');
    await expect(run(fitTask(1))).rejects.toThrow('rowsInLeafMin');
  });

  it('ends its threads when it is closed', async () => {
    const created = createWorkerPool(2);
    await created.run(fitTask(1));
    await created.close();
    await expect(created.close()).resolves.toBeUndefined();
  });
});
