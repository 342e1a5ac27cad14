import { describe, expect, it } from 'vitest';
import { conditionalLoss, conditionalSpace } from '../../../src/optimize/prove/conditional-problem.ts';
import { proveSearch } from '../../../src/optimize/prove/search.ts';
import { testFunctions } from '../../../src/optimize/prove/test-functions.ts';
import { spaceFaults } from '../../../src/optimize/search/space.ts';

const minima: Readonly<Record<string, readonly (readonly number[])[]>> = {
  branin2: [
    [-Math.PI, 12.275],
    [Math.PI, 2.275],
    [9.42478, 2.475],
  ],
  hartmann3: [[0.114614, 0.555649, 0.852547]],
  hartmann6: [[0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573]],
  rosenbrock2: [[1, 1]],
  rosenbrock5: [[1, 1, 1, 1, 1]],
  ackley5: [[0, 0, 0, 0, 0]],
  rastrigin4: [[0, 0, 0, 0]],
  sphere10: [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
};

describe('a test function', () => {
  it.each(testFunctions)('$name has its minimum where the literature has it', (fn) => {
    for (const at of minima[fn.name] ?? []) {
      expect(at).toHaveLength(fn.bounds.length);
      expect(fn.valueAt(at)).toBeCloseTo(fn.minimum, 5);
    }
    expect(minima[fn.name]).toBeDefined();
  });
});

describe('the conditional problem', () => {
  it('has a space without faults and a loss of 0.25 at best', () => {
    expect(spaceFaults(conditionalSpace)).toEqual([]);
    const best = { trainer: 'network', l2: 0.001, layers: 2, rate: 0.01, descent: 'plain', momentum: 0.9 };
    expect(conditionalLoss(best)).toBeCloseTo(0.25, 9);
  });
});

describe('proveSearch', () => {
  it('finds our medians about where Optuna’s are, already with few studies', async () => {
    const proof = await proveSearch({ studies: 4 });
    for (const { sampler, ratioMean, functions } of proof.samplers) {
      expect(functions.map(({ name }) => name)).toEqual(Object.keys(minima));
      expect(ratioMean, proof.lines.join('\n')).toBeLessThan(1.4);
      for (const fn of functions) {
        expect(fn.median, `${sampler} ${fn.name}`).toBeLessThan(fn.randomMedian);
        expect(fn.ratioInterval.low).toBeLessThan(1.5);
      }
    }
    // Four against four cannot have p < 0.01, so the bars are not met and the proof says so.
    expect(proof.passed).toBe(false);
  });
});
