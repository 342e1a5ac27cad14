import { expect, it } from 'vitest';
import { proveTrainer } from '../../../src/optimize/prove/trainer.ts';

it('the comparison with scikit-learn fails in one line where there is no Python', async () => {
  expect(await proveTrainer({ seed: 1, rounds: 1, python: 'no-such-python' })).toEqual({
    passed: false,
    figures: undefined,
    lines: ['scikit-learn could not be run: spawn no-such-python ENOENT'],
  });
});
