import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/core/seeded-random.ts';
import { type ArmStance, type JudgedUnit, judgeExperiment } from '../../src/experiments/judge-experiment.ts';
import { shadowTerms } from './experiment-of.ts';

const hold = (code: string): ArmStance => ({ action: 'HOLD', size: 0, code });
const buy: ArmStance = { action: 'BUY', size: 1, code: null };
const sell: ArmStance = { action: 'SELL', size: 1, code: null };
const below = hold('BELOW_THRESHOLD');

const unit = (bar: number, change: Partial<JudgedUnit>): JudgedUnit => ({
  fromMs: bar,
  untilMs: bar + 1,
  production: below,
  candidate: below,
  outcome: null,
  ...change,
});
const judge = (units: readonly JudgedUnit[]) => judgeExperiment(shadowTerms, units);

/** Production holds, the candidate is right on a share of the bars. */
function rightOn(share: number, count: number, seed = 3): readonly JudgedUnit[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, bar) => {
    const outcome = 0.01 * (random.uniform() < 0.5 ? 1 : -1);
    const isRight = random.uniform() < share;
    return unit(bar, { candidate: outcome > 0 === isRight ? buy : sell, outcome });
  });
}

describe('judgeExperiment', () => {
  it('shows nothing of nothing', () => {
    const { trials, settled, decision, difference, arms, evidence } = judge([]);
    expect({ trials, settled, decision }).toEqual({ trials: 0, settled: 0, decision: 'continue' });
    expect(difference).toEqual({ mean: null, low: -0.02, high: 0.02 });
    expect(arms.candidate).toMatchObject({ coverage: null, acting: null });
    expect(evidence).toEqual({ better: 1, worse: 1, drift: 1, needed: 20 });
  });

  it('finds that a candidate which is right more often may be promoted, and by how much it is better', () => {
    const { decision, reason, difference, arms, evidence } = judge(rightOn(0.8, 200));
    expect({ decision, reason }).toEqual({
      decision: 'promote',
      reason: 'the candidate is shown to be better',
    });
    expect(evidence.better).toBeGreaterThan(20);
    // 0.6 × 1 % less the costs of a tenth of a percent.
    expect(difference.low).toBeGreaterThan(0);
    expect(difference.low).toBeLessThan(0.005);
    expect(difference.high).toBeGreaterThan(0.005);
    expect(arms.production.gain.mean).toBe(0);
    expect(arms.candidate).toMatchObject({ coverage: 1, acting: 1, gain: difference });
  });

  it('demotes one that is wrong more often, and stays with that whatever comes later', () => {
    const wrong = rightOn(0.2, 200);
    expect(judge(wrong)).toMatchObject({ decision: 'demote', reason: 'the candidate is shown to be worse' });
    const later = rightOn(0.9, 60).map((right, i) => ({ ...right, fromMs: 200 + i, untilMs: 201 + i }));
    expect(judge([...wrong, ...later]).decision).toBe('demote');
  });

  it('goes on where nothing is shown', () => {
    expect(judge(rightOn(0.56, 200)).decision).toBe('continue');
  });

  it('demotes one that failed, at the first failure', () => {
    const units = [...rightOn(0.9, 200), unit(300, { candidate: hold('MODEL_FAILED') })];
    const { decision, reason, arms } = judge(units);
    expect(decision).toBe('demote');
    expect(reason).toContain('failed');
    expect(arms.candidate.coverage).toBeCloseTo(200 / 201, 10);
  });

  it('demotes one that abstains far more often, without any outcome', () => {
    const units = Array.from({ length: 40 }, (_, bar) =>
      unit(bar, { candidate: bar % 2 === 0 ? hold('OUT_OF_DOMAIN') : below }),
    );
    const { decision, reason, arms, awaited } = judge(units);
    expect({ decision, awaited }).toEqual({ decision: 'demote', awaited: 0 });
    expect(reason).toContain('abstains');
    expect(arms.candidate.coverage).toBe(0.5);
    expect(arms.production.coverage).toBe(1);
    // As often as production is no drift.
    const both = units.map((one) => ({ ...one, production: one.candidate }));
    expect(judge(both).decision).toBe('continue');
  });

  it('waits for an outcome only where the arms differ, and uses nothing behind one', () => {
    const units = [
      unit(0, { candidate: buy, outcome: 0.011 }),
      unit(1, { candidate: buy, production: buy }),
      unit(2, { candidate: buy }),
      unit(3, { candidate: buy, outcome: 0.02 }),
    ];
    const { settled, awaited, difference } = judge(units);
    expect({ settled, awaited }).toEqual({ settled: 2, awaited: 1 });
    expect(difference.mean).toBeCloseTo((0.01 + 0) / 2, 12);
  });
});
