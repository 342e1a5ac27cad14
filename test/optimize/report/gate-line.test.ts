import { expect, it } from 'vitest';
import { gateLine } from '../../../src/optimize/report/gate-line.ts';

it('tells of a gate that failed what was measured and what it had to be', () => {
  const line = gateLine({
    name: 'acts',
    passed: false,
    statistic: 0.03,
    sense: 'at-least',
    bound: 0.05,
    unit: 'share',
    detail: 'of the holdout',
  });
  expect(line.replaceAll('\u202f', ' ')).toBe('FAILED  acts: 3.00 %, has to be ≥ 5.00 % (of the holdout)');
});
