import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/core/canonical-json.ts';
import type { SamplerOptions } from '../../../src/optimize/search/create-sampler.ts';
import { planSearch, pointFaults } from '../../../src/optimize/search/search-plan.ts';
import type { Point, Space } from '../../../src/optimize/search/space.ts';
import {
  createStudy,
  resumeStudy,
  type Study,
  type StudyOptions,
} from '../../../src/optimize/search/study.ts';
import type { Outcome, Trial } from '../../../src/optimize/search/trial.ts';
import { nestedSpace } from './nested-space.ts';

const samplers: readonly SamplerOptions[] = [
  { kind: 'random' },
  { kind: 'quasi-random' },
  { kind: 'grid', valuesMax: 3 },
  { kind: 'tpe', isMultivariate: false },
  { kind: 'tpe', isMultivariate: true },
  { kind: 'gaussian-process' },
];
const plan = planSearch(nestedSpace);

const created = (options: StudyOptions): Study => {
  const study = createStudy(options);
  if (!study.ok) throw new Error(study.error);
  return study.value;
};

const resumed = (options: StudyOptions, state: unknown): Study => {
  const study = resumeStudy(options, state);
  if (!study.ok) throw new Error(study.error);
  return study.value;
};

const next = (study: Study): Trial => {
  const trial = study.suggest();
  if (trial === undefined) throw new Error('nothing left');
  return trial;
};

/** All kinds of outcome; the value has to do with the point. */
function outcomeOf({ number, point }: Trial): Outcome {
  const value =
    (point['share'] as number) + (point['kind'] === 'net' ? Math.abs((point['rate'] as number) - 0.1) : 1);
  if (number % 7 === 5) return { kind: 'failed' };
  return number % 5 === 3 ? { kind: 'pruned', rungValues: [value + 1, value] } : { kind: 'complete', value };
}

const run = (study: Study, count: number): void => {
  for (let i = 0; i < count; i += 1) {
    const trial = next(study);
    study.report(trial.number, outcomeOf(trial));
  }
};

describe.each(samplers)('a study by $kind ($isMultivariate)', (sampler) => {
  const options = { space: nestedSpace, sampler, seed: 12 };

  it('suggests points of the space, numbered from 0', () => {
    const study = created(options);
    run(study, 35);
    for (const [i, { number, point }] of study.trials().entries()) {
      expect(number).toBe(i);
      expect(pointFaults(plan, point), JSON.stringify(point)).toEqual([]);
    }
  });

  it('resumes from its JSON to the same next suggestions, with trials still running', () => {
    const study = created(options);
    run(study, 25);
    next(study);
    const text = JSON.stringify(study.state());
    const other = resumed(options, JSON.parse(text));
    expect(other.running().map(({ number }) => number)).toEqual([25]);
    for (let i = 0; i < 3; i += 1) {
      const trial = next(study);
      expect(next(other)).toEqual(trial);
      study.report(trial.number, outcomeOf(trial));
      other.report(trial.number, outcomeOf(trial));
    }
    expect(other.state()).toEqual(study.state());
  });

  it('gives a batch of different points, and does not care in which order they are reported', () => {
    const [forwards, backwards] = [created(options), created(options)];
    for (let batch = 0; batch < 6; batch += 1) {
      const trials = Array.from({ length: 4 }, () => next(forwards));
      expect(Array.from({ length: 4 }, () => next(backwards))).toEqual(trials);
      expect(new Set(trials.map(({ point }) => canonicalJson(point))).size).toBe(4);
      for (const trial of trials) forwards.report(trial.number, outcomeOf(trial));
      for (const trial of trials.toReversed()) backwards.report(trial.number, outcomeOf(trial));
    }
    expect(next(backwards)).toEqual(next(forwards));
  });
});

describe('a study', () => {
  const options: StudyOptions = {
    space: { x: { kind: 'float', low: 0, high: 1, scale: 'linear' } },
    sampler: { kind: 'random' },
    seed: 1,
  };

  it('differs from seed to seed, and is not the next seed one trial on', () => {
    const points = (seed: number): readonly Point[] => {
      const study = created({ ...options, seed });
      return Array.from({ length: 20 }, () => next(study).point);
    };
    const values = [...points(1), ...points(2), ...points(3)].map(({ x }) => x);
    expect(new Set(values).size).toBe(60);
  });

  it('knows its best trial, of equals the first, and that pruned and failed ones are not it', () => {
    const study = created(options);
    expect(study.best()).toBeUndefined();
    for (const outcome of [
      { kind: 'complete', value: 2 },
      { kind: 'pruned', rungValues: [0] },
      { kind: 'complete', value: 1 },
      { kind: 'complete', value: 1 },
      { kind: 'failed' },
    ] satisfies Outcome[]) {
      study.report(next(study).number, outcome);
    }
    expect(study.best()?.number).toBe(2);
  });

  it('spreads a batch over few values, and repeats one only when there are no others', () => {
    const space: Space = { x: { kind: 'categorical', choices: ['good', 'bad', 'worse'] } };
    for (let seed = 0; seed < 8; seed += 1) {
      const study = created({ space, sampler: { kind: 'tpe', isMultivariate: true }, seed });
      for (let i = 0; i < 30; i += 1) {
        const { number, point } = next(study);
        study.report(number, { kind: 'complete', value: point['x'] === 'good' ? 0 : 1 });
      }
      const batch = Array.from({ length: 4 }, () => next(study).point['x']);
      expect(new Set(batch.slice(0, 3)).size, `seed ${seed}`).toBe(3);
    }
  });

  it('takes one report for a trial it suggested, of finite values', () => {
    const study = created(options);
    const { number } = next(study);
    expect(() => study.report(7, { kind: 'failed' })).toThrow('does not run');
    for (const value of [NaN, Infinity]) {
      expect(() => study.report(number, { kind: 'complete', value })).toThrow('not finite');
      expect(() => study.report(number, { kind: 'pruned', rungValues: [1, value] })).toThrow('not finite');
    }
    study.report(number, { kind: 'failed' });
    expect(() => study.report(number, { kind: 'failed' })).toThrow('does not run');
  });

  it('is refused for a faulty space, seed or sampler, all faults of the space at once', () => {
    const refusal = (changed: Partial<StudyOptions>): string => {
      const study = createStudy({ ...options, ...changed });
      return study.ok ? '' : study.error;
    };
    const faulty: Space = {
      a: { kind: 'int', low: 2, high: 1, scale: 'linear' },
      b: { kind: 'categorical', choices: [] },
    };
    expect(refusal({ space: faulty })).toMatch(/a: .*; b: /);
    expect(refusal({ seed: 0.5 })).toContain('seed');
    expect(refusal({ sampler: { kind: 'grid', valuesMax: 1 } })).toContain('valuesMax');
    expect(refusal({ sampler: { kind: 'grid', valuesMax: 200_000 } })).toContain('points');
    const wide = Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`x${i}`, options.space['x']]));
    expect(refusal({ space: wide as Space, sampler: { kind: 'quasi-random' } })).toContain('40');
  });

  it('does not resume from the state of another study, and says what differs', () => {
    const study = created(options);
    next(study);
    const state = study.state();
    const refusal = (changed: object, from: unknown = state): string => {
      const other = resumeStudy({ ...options, ...changed }, from);
      return other.ok ? '' : other.error;
    };
    expect(refusal({})).toBe('');
    expect(refusal({ seed: 2 })).toContain('another seed');
    expect(refusal({ sampler: { kind: 'tpe', isMultivariate: true } })).toContain('another sampler');
    expect(refusal({ space: { x: { ...options.space['x'], high: 2 } } })).toContain('another space');
    expect(refusal({ space: { x: { ...options.space['x'], high: NaN } } })).toContain('not a finite number');
    expect(refusal({}, { ...state, space: { x: NaN } })).toContain('Not the state of a study');
    expect(refusal({}, { seed: 1 })).toContain('Not the state of a study');
    expect(refusal({}, { ...state, trials: [{ ...state.trials[0], number: 3 }] })).toContain(
      'bears the number 3',
    );
    expect(refusal({}, { ...state, trials: [{ ...state.trials[0], point: { x: 2 } }] })).toContain(
      'out of its range',
    );
  });
});
