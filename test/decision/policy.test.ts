import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confine, judge, type PositionSign } from '../../src/decision/policy.ts';

const policy = { buyAtLeast: 0.55, sellAtMost: 0.45, sizeFullAt: 0.25, validForMs: 1_000 };
const scores = fc.double({ min: 0, max: 1, noNaN: true });
const positions = fc.constantFrom<PositionSign>(undefined, -1, 0, 1);

describe('judge', () => {
  it('buys at the upper threshold, sells at the lower one, and holds between', () => {
    expect(judge(policy, 0.55, undefined).action).toBe('BUY');
    expect(judge(policy, 0.45, undefined).action).toBe('SELL');
    expect(judge(policy, 0.5499, undefined)).toMatchObject({ action: 'HOLD', holdKind: 'signal' });
  });

  it.each([
    ['BUY', undefined, 'open'],
    ['BUY', 0, 'open'],
    ['BUY', 1, 'increase'],
    ['BUY', -1, 'reduce'],
    ['SELL', undefined, 'open'],
    ['SELL', 0, 'open'],
    ['SELL', -1, 'increase'],
    ['SELL', 1, 'reduce'],
  ] as const)('a %s with position %s has the effect %s', (action, position, effect) => {
    expect(judge(policy, action === 'BUY' ? 0.6 : 0.4, position)).toMatchObject({ action, effect });
  });

  it('closes the opposite position at full size', () => {
    expect(judge(policy, 0.8, -1)).toMatchObject({ action: 'BUY', effect: 'close', size: 1 });
  });

  it('gives a size in (0, 1] that grows with the distance from one half', () => {
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        const [near, far] = Math.abs(a - 0.5) <= Math.abs(b - 0.5) ? [a, b] : [b, a];
        const nearJudged = judge(policy, near, undefined);
        const farJudged = judge(policy, far, undefined);
        if (nearJudged.action === 'HOLD' || farJudged.action === 'HOLD') return;
        expect(nearJudged.size).toBeGreaterThan(0);
        expect(farJudged.size).toBeLessThanOrEqual(1);
        expect(nearJudged.size).toBeLessThanOrEqual(farJudged.size);
      }),
    );
  });
});

describe('confine', () => {
  it('leaves nothing to act on when HALTED', () => {
    fc.assert(
      fc.property(scores, positions, (score, position) => {
        expect(confine(judge(policy, score, position), 'HALTED').action).toBe('HOLD');
      }),
    );
  });

  it('lets only exits through when REDUCING', () => {
    fc.assert(
      fc.property(scores, positions, (score, position) => {
        const left = confine(judge(policy, score, position), 'REDUCING');
        if (left.action !== 'HOLD') expect(['reduce', 'close']).toContain(left.effect);
      }),
    );
  });

  it('changes nothing when ACTIVE', () => {
    fc.assert(
      fc.property(scores, positions, (score, position) => {
        const judged = judge(policy, score, position);
        expect(confine(judged, 'ACTIVE')).toBe(judged);
      }),
    );
  });
});
