import { describe, expect, it } from 'vitest';
import { proveHalving } from '../../../src/optimize/prove/halving.ts';
import {
  type BatchOptions,
  halveBatch,
  rungResources,
} from '../../../src/optimize/search/successive-halving.ts';
import type { Outcome, Trial } from '../../../src/optimize/search/trial.ts';

const batchOf = (count: number, from = 0): readonly Trial[] =>
  Array.from({ length: count }, (_, i) => ({ number: from + i, point: {}, outcome: { kind: 'running' } }));

const halved = (
  options: Partial<BatchOptions> & Pick<BatchOptions, 'batch' | 'advance'>,
): Promise<readonly Outcome[]> =>
  halveBatch({ resourceMin: 1, resourceMax: 9, reductionFactor: 3, history: [], ...options });

describe('rungResources', () => {
  it('multiplies by the factor and ends at the whole resource', () => {
    expect(rungResources({ resourceMin: 1, resourceMax: 27, reductionFactor: 3 })).toEqual([1, 3, 9, 27]);
    expect(rungResources({ resourceMin: 2, resourceMax: 10, reductionFactor: 2 })).toEqual([2, 4, 8, 10]);
    expect(rungResources({ resourceMin: 5, resourceMax: 5, reductionFactor: 2 })).toEqual([5]);
  });

  it.each([
    [0, 5, 2],
    [3, 2, 2],
    [1, 5, 1],
    [1, 5, NaN],
    [1.5, 5, 2],
  ])('refuses %d to %d by %d', (resourceMin, resourceMax, reductionFactor) => {
    expect(() => rungResources({ resourceMin, resourceMax, reductionFactor })).toThrow(RangeError);
  });
});

describe('halveBatch', () => {
  it('lets the best third pass each rung, and takes nobody further than that', async () => {
    const asked: (readonly [number, number])[] = [];
    const outcomes = await halved({
      batch: batchOf(9),
      advance: async (trials, resource) => {
        asked.push([trials.length, resource]);
        return trials.map(({ number }) => 10 + number - resource / 100);
      },
    });
    expect(asked).toEqual([
      [9, 1],
      [3, 3],
      [1, 9],
    ]);
    expect(outcomes[0]).toEqual({ kind: 'complete', value: 9.91, rungValues: [9.99, 9.97, 9.91] });
    expect(outcomes[1]).toEqual({ kind: 'pruned', rungValues: [10.99, 10.97] });
    expect(outcomes[8]).toEqual({ kind: 'pruned', rungValues: [17.99] });
  });

  it('measures a batch by what came before it', async () => {
    const history = [0, 1, 2, 3].map((number): Trial => {
      return { number, point: {}, outcome: { kind: 'pruned', rungValues: [1 + number] } };
    });
    const kinds = async (value: number): Promise<string | undefined> =>
      (
        await halved({
          history,
          batch: batchOf(2, 4),
          advance: async ([, second]) => [value, ...(second ? [9] : [])],
        })
      )[0]?.kind;
    // Two of the six at the first rung pass; 1 of history is one of them.
    expect(await kinds(1.5)).toBe('complete');
    expect(await kinds(2.5)).toBe('pruned');
  });

  it('lets the lower number pass where values are equal', async () => {
    const outcomes = await halved({ batch: batchOf(3), advance: async (trials) => trials.map(() => 1) });
    expect(outcomes.map(({ kind }) => kind)).toEqual(['complete', 'pruned', 'pruned']);
  });

  it('tells a failure as one, at whatever rung, and passes another in its place', async () => {
    const outcomes = await halved({
      batch: batchOf(4),
      advance: async (trials, resource) =>
        trials.map(({ number }) => (number === 0 || (number === 1 && resource > 1) ? undefined : number)),
    });
    expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'pruned', 'pruned']);
    const allFail = await halved({ batch: batchOf(2), advance: async () => [NaN, undefined] });
    expect(allFail.map(({ kind }) => kind)).toEqual(['failed', 'failed']);
  });
});

describe('proveHalving', () => {
  it('saves half of the epochs for a hundredth of the score', async () => {
    const proof = await proveHalving({ studies: 20 });
    expect(proof, proof.lines.join('\n')).toMatchObject({ passed: true });
    expect(proof.epochsSaved).toBeGreaterThan(0.5);
    expect(proof.lossIncrease).toBeLessThan(0.01);
  });
});
