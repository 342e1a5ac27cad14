import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readTargets,
  readWords,
  withWords,
  writeTargets,
  writeWords,
} from '../../src/control/targets-text.ts';
import { drawnState } from './drawn-state.ts';

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

describe('what was said before, as Redis keeps it', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(drawnState, (state) => {
        const { resumedEpoch: _resumed, haltedEpoch: _halted, ...whole } = state;
        const targets = readTargets(writeTargets(state.targets));
        const words = readWords(writeWords(state));
        expect(targets && words && withWords({ ...whole, targets }, words)).toEqual(state);
      }),
    );
  });

  it.each(['global 3', 'global 3 2 global 3 2', 'nothing 3 2', 'global 3 x', 'global  3'])(
    'is not to be read where it is not what is written: %s',
    (text) => {
      expect(readWords(text)).toBeUndefined();
    },
  );
});
