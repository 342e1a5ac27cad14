import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge as judgeScores, type PositionSign } from '../../src/decision/policy.ts';
import type { Manifest } from '../../src/models/manifest.ts';

type Policy = Manifest['policy'];

const policy: Policy = {
  buyAtLeast: 0.55,
  sellAtMost: 0.45,
  sizeFullAt: 0.25,
  riskHoldAtLeast: null,
  validForMs: 1_000,
};
/** By the direction alone. */
const judge = (given: Policy, direction: number, position: PositionSign) =>
  judgeScores(given, { direction, risk: null }, position);
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

describe('the risk head', () => {
  const cautious: Policy = { ...policy, riskHoldAtLeast: 0.3 };

  it.each([
    ['BUY', undefined],
    ['BUY', 0],
    ['BUY', 1],
    ['SELL', undefined],
    ['SELL', 0],
    ['SELL', -1],
  ] as const)(
    'holds back a %s with position %s, which would add exposure, from its limit on',
    (action, position) => {
      const direction = action === 'BUY' ? 0.7 : 0.3;
      expect(judgeScores(cautious, { direction, risk: 0.2999 }, position)).toMatchObject({
        action,
        risk: 0.2999,
      });
      for (const risk of [0.3, 0.31, 1]) {
        expect(judgeScores(cautious, { direction, risk }, position)).toMatchObject({
          action: 'HOLD',
          holdKind: 'signal',
          confidence: 0.7,
          risk,
          reasons: [{ code: 'RISK_ABOVE_LIMIT' }],
        });
      }
    },
  );

  it.each([
    [0.7, -1, 'reduce'],
    [0.9, -1, 'close'],
    [0.3, 1, 'reduce'],
    [0.1, 1, 'close'],
  ] as const)(
    'lets an exit pass at any risk (direction %s, position %s: %s)',
    (direction, position, effect) => {
      const calm = judgeScores(cautious, { direction, risk: 0 }, position);
      expect(calm).toMatchObject({ effect });
      expect(judgeScores(cautious, { direction, risk: 1 }, position)).toEqual({ ...calm, risk: 1 });
    },
  );

  it('only holds back: it never makes an action of a HOLD, nor another action, nor a larger one', () => {
    fc.assert(
      fc.property(scores, scores, scores, positions, (direction, risk, riskHoldAtLeast, position) => {
        const without = judge(policy, direction, position);
        const judged = judgeScores({ ...policy, riskHoldAtLeast }, { direction, risk }, position);
        expect(judged.confidence).toBe(without.confidence);
        if (judged.action === 'HOLD') return;
        expect(without).toMatchObject({ action: judged.action, effect: judged.effect, size: judged.size });
      }),
    );
  });

  it('holds back more the higher the risk', () => {
    fc.assert(
      fc.property(scores, scores, scores, positions, (direction, a, b, position) => {
        const [low, high] = a <= b ? [a, b] : [b, a];
        const calmer = judgeScores(cautious, { direction, risk: low }, position);
        const riskier = judgeScores(cautious, { direction, risk: high }, position);
        if (calmer.action === 'HOLD') expect(riskier.action).toBe('HOLD');
      }),
    );
  });

  it.each([null, Number.NaN])('does not take a risk of %s for a low one', (risk) => {
    expect(judgeScores(cautious, { direction: 0.9, risk }, 0).action).toBe('HOLD');
  });

  it('rounds the risk to six decimals in the answer, and not before it is compared', () => {
    const risk = 0.3 - 1e-9;
    expect(judgeScores(cautious, { direction: 0.9, risk }, 0)).toMatchObject({ action: 'BUY', risk: 0.3 });
  });
});
