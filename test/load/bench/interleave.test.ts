import { describe, expect, it } from 'vitest';
import { interleave, type Sample, type Subject } from '../../../load/bench/interleave.ts';

const quiet = { signal: new AbortController().signal, onSample: () => undefined };

/** Subjects that write down when they are measured, and answer their call's number. */
function subjectsThatTell(names: readonly string[], log: string[]): readonly Subject[] {
  return names.map((name) => {
    let calls = 0;
    return {
      name,
      baseline: null,
      measure: async () => {
        log.push(name);
        calls += 1;
        return { calls };
      },
    };
  });
}

describe('interleave', () => {
  it('takes one sample of each subject a round, in their order', async () => {
    const log: string[] = [];
    await interleave({ ...quiet, subjects: subjectsThatTell(['a', 'b', 'c'], log), rounds: 2, warmups: 1 });
    expect(log.join(' ')).toBe('a b c a b c a b c');
  });

  it('never measures two subjects at once', async () => {
    let running = 0;
    let runningMax = 0;
    const measure = async (): Promise<Sample> => {
      running += 1;
      runningMax = Math.max(runningMax, running);
      await Promise.resolve();
      running -= 1;
      return { x: 1 };
    };
    const subjects = ['a', 'b'].map((name) => ({ name, baseline: null, measure }));
    await interleave({ ...quiet, subjects, rounds: 3, warmups: 0 });
    expect(runningMax).toBe(1);
  });

  it('throws the samples of the warm-up away, and reports them as rounds below 1', async () => {
    const rounds: number[] = [];
    const measured = await interleave({
      ...quiet,
      subjects: subjectsThatTell(['a'], []),
      rounds: 2,
      warmups: 2,
      onSample: (_, round) => rounds.push(round),
    });
    expect(measured).toEqual([{ subject: 'a', baseline: null, samples: [{ calls: 3 }, { calls: 4 }] }]);
    expect(rounds).toEqual([-1, 0, 1, 2]);
  });

  it('ends at the first failed sample and names its subject and round', async () => {
    const failing: Subject = {
      name: 'b',
      baseline: null,
      measure: () => Promise.reject(new Error('no wrk')),
    };
    const subjects = [...subjectsThatTell(['a'], []), failing];
    await expect(interleave({ ...quiet, subjects, rounds: 1, warmups: 0 })).rejects.toThrow(
      'b, round 1: no wrk',
    );
  });

  it('takes no further sample once it is interrupted', async () => {
    const log: string[] = [];
    const interruption = new AbortController();
    const run = interleave({
      subjects: subjectsThatTell(['a', 'b'], log),
      rounds: 5,
      warmups: 0,
      signal: interruption.signal,
      onSample: () => interruption.abort(new Error('interrupted')),
    });
    await expect(run).rejects.toThrow('interrupted');
    expect(log).toEqual(['a']);
  });

  it.each([
    ['two subjects of one name', { name: 'b', baseline: null }],
    ['a baseline that is no subject', { name: 'a', baseline: 'c' }],
    ['a subject that is its own baseline', { name: 'a', baseline: 'a' }],
  ])('refuses %s before it measures', async (_, odd) => {
    const measure = (): Promise<Sample> => Promise.reject(new Error('was measured'));
    const subjects = [odd, { name: 'b', baseline: null }].map((subject) => ({ ...subject, measure }));
    await expect(interleave({ ...quiet, subjects, rounds: 1, warmups: 0 })).rejects.toThrow(RangeError);
  });
});
