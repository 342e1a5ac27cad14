import { describe, expect, it } from 'vitest';
import { spaceOf, testFunctions } from '../../../src/optimize/prove/test-functions.ts';
import type { SamplerOptions } from '../../../src/optimize/search/create-sampler.ts';
import { createStudy } from '../../../src/optimize/search/study.ts';

describe('gaussianProcessSampler', () => {
  it.each(['branin2', 'hartmann3'])('finds more on %s in 30 trials than the sequence does in 200', (name) => {
    const fn = testFunctions.find((candidate) => candidate.name === name);
    if (fn === undefined) throw new Error(name);
    const regret = (sampler: SamplerOptions, trials: number): number => {
      const study = createStudy({ space: spaceOf(fn), sampler, seed: 3 });
      if (!study.ok) throw new Error(study.error);
      for (let i = 0; i < trials; i += 1) {
        const trial = study.value.suggest();
        if (trial === undefined) break;
        const x = fn.bounds.map((_, d) => trial.point[`x${d}`] as number);
        study.value.report(trial.number, { kind: 'complete', value: fn.valueAt(x) });
      }
      return (study.value.best()?.outcome.value ?? NaN) - fn.minimum;
    };
    expect(regret({ kind: 'gaussian-process' }, 30)).toBeLessThan(regret({ kind: 'quasi-random' }, 200));
  });

  it('learns which choice is good, and what a condition leaves to tune', () => {
    const study = createStudy({
      space: {
        kind: { kind: 'categorical', choices: ['a', 'b', 'c'] },
        rate: { kind: 'float', low: 1e-4, high: 1, scale: 'log', when: { parameter: 'kind', oneOf: ['b'] } },
        level: { kind: 'int', low: 1, high: 9, scale: 'linear' },
      },
      sampler: { kind: 'gaussian-process' },
      seed: 5,
    });
    if (!study.ok) throw new Error(study.error);
    for (let i = 0; i < 40; i += 1) {
      const trial = study.value.suggest();
      if (trial === undefined) break;
      const { kind, rate, level } = trial.point;
      const miss = kind === 'b' ? Math.abs(Math.log10((rate as number) / 0.01)) : 2;
      study.value.report(trial.number, {
        kind: 'complete',
        value: miss + 0.1 * Math.abs((level as number) - 4),
      });
    }
    expect(study.value.best()?.point).toMatchObject({ kind: 'b', level: 4 });
    expect(study.value.best()?.outcome.value).toBeLessThan(0.1);
  });
});
