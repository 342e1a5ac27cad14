import { describe, expect, it } from 'vitest';
import { readTarget } from '../../../src/local/ops/read-target.ts';

describe('--target', () => {
  it.each([
    [undefined, { kind: 'global' }],
    ['global', { kind: 'global' }],
    ['symbol:SPX', { kind: 'symbol', id: 'SPX' }],
    ['strategy:mean reversion', { kind: 'strategy', id: 'mean reversion' }],
    ['strategy:mean%20reversion', { kind: 'strategy', id: 'mean reversion' }],
    ['strategy:a:b/ü 50%', { kind: 'strategy', id: 'a:b/ü 50%' }],
  ])('%s is what a person means by it', (given, target) => {
    expect(readTarget(given)).toEqual(target);
  });

  it.each(['SPX', 'symbol', 'symbol:', 'desk:a', 'venue:XNYS', ''])('refuses %s', (given) => {
    expect(() => readTarget(given)).toThrow('--target takes');
  });
});
