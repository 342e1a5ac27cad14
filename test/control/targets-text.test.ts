import { describe, expect, it } from 'vitest';
import { readTargets, writeTargets } from '../../src/control/targets-text.ts';

describe('the targets as Redis keeps them', () => {
  it('are read in whatever order its Lua sorts names, which follows the machine', () => {
    const inOrder = 'symbol:SPX HALTED 2 symbol:aapl REDUCING 3';
    const read = readTargets('symbol:aapl REDUCING 3 symbol:SPX HALTED 2');
    expect(read).toEqual(readTargets(inOrder));
    expect(read && writeTargets(read)).toBe(inOrder);
  });

  it.each([
    'symbol:SPX HALTED',
    'symbol:SPX HALTED 2 symbol:SPX HALTED 3',
    'nothing HALTED 2',
    'symbol:SPX HALTED x',
  ])('are not to be read where they are not what is written: %s', (text) => {
    expect(readTargets(text)).toBeUndefined();
  });
});
