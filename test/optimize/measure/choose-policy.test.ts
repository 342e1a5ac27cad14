import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { choosePolicy } from '../../../src/optimize/measure/choose-policy.ts';
import { policyActions } from '../../../src/optimize/measure/policy-equity.ts';

const COUNT = 2_000;
const random = new SeededRandom(3);
const direction = Float64Array.from({ length: COUNT }, () => 0.5 + 0.05 * random.normal());
const risk = Float64Array.from({ length: COUNT }, () => random.uniform());
const noise = Float64Array.from({ length: COUNT }, () => 0.01 * random.normal());
const chosen = { thresholds: { kind: 'chosen' }, direction, risk: undefined, costPerSide: 0 } as const;

const shareOf = (policy: ReturnType<typeof choosePolicy>, wanted: string): number =>
  policyActions(
    { ...policy, riskHoldAtLeast: null },
    Array.from(direction, (score) => ({ direction: score, risk: null })),
  ).filter((action) => action === wanted).length / COUNT;

describe('choosePolicy', () => {
  it('lets at least a tenth act on either side, whatever came of it', () => {
    for (const costPerSide of [0, 0.1]) {
      const policy = choosePolicy({ ...chosen, nextReturns: noise.map((value) => -value), costPerSide });
      for (const side of ['BUY', 'SELL']) expect(shareOf(policy, side)).toBeGreaterThanOrEqual(0.0995);
    }
  });

  it('takes the share of scores that pay, and no more', () => {
    const sorted = direction.toSorted();
    const high = sorted[Math.floor(0.8 * COUNT)] as number;
    const low = sorted[Math.floor(0.2 * COUNT)] as number;
    const nextReturns = direction.map((score) => (score > high ? 0.01 : score < low ? -0.01 : 0));
    const policy = choosePolicy({ ...chosen, nextReturns });
    // Following it, one stays long from a BUY to a SELL; more of either would end what pays, or begin it late.
    expect(shareOf(policy, 'SELL')).toBeGreaterThan(0.15);
    expect(shareOf(policy, 'BUY')).toBeGreaterThan(0.095);
    expect(policy.sellAtMost).toBeLessThan(0.5);
    expect(policy.buyAtLeast).toBeGreaterThanOrEqual(0.5);
  });

  it('does not take a rising market for merit: where all rises, it still sells what rises least', () => {
    const sorted = direction.toSorted();
    const [low, high] = [0.4, 0.6].map((share) => sorted[Math.floor(share * COUNT)] as number) as [
      number,
      number,
    ];
    const nextReturns = direction.map((score) => (score > high ? 0.01 : score < low ? -0.01 : 0));
    const policy = choosePolicy({ ...chosen, nextReturns });
    expect(shareOf(policy, 'SELL')).toBeCloseTo(0.4, 2);
    expect(choosePolicy({ ...chosen, nextReturns: nextReturns.map((value) => value + 0.02) })).toEqual(
      policy,
    );
  });

  it('holds back the riskiest where their losses show it, and nobody where they do not', () => {
    const wild = direction.map((_, i) => ((risk[i] as number) > 0.9 ? -0.05 : 0.002));
    const policy = choosePolicy({ ...chosen, risk, nextReturns: wild });
    expect(policy.riskHoldAtLeast).toBeLessThan(0.95);
    expect(policy.riskHoldAtLeast).toBeGreaterThan(0.75);
    const calm = choosePolicy({ ...chosen, risk, nextReturns: new Float64Array(COUNT) });
    expect(calm.riskHoldAtLeast).toBe(1);
  });

  it('has no bound on a risk that the model does not tell', () => {
    expect(choosePolicy({ ...chosen, nextReturns: noise }).riskHoldAtLeast).toBeNull();
  });

  it('lets the shares act that it is told to', () => {
    const thresholds = { kind: 'shares', buy: 0.42, sell: 0.25 } as const;
    const policy = choosePolicy({ ...chosen, thresholds, nextReturns: noise });
    expect(shareOf(policy, 'BUY')).toBeCloseTo(0.42, 2);
    expect(shareOf(policy, 'SELL')).toBeCloseTo(0.25, 2);
  });

  it('keeps the thresholds on their sides of ½ where all scores lie on one', () => {
    const thresholds = { kind: 'shares', buy: 0.4, sell: 0.4 } as const;
    const high = direction.map((score) => score + 0.4);
    const low = direction.map((score) => score - 0.4);
    expect(choosePolicy({ ...chosen, thresholds, direction: high, nextReturns: noise }).sellAtMost).toBe(
      0.499999,
    );
    expect(choosePolicy({ ...chosen, thresholds, direction: low, nextReturns: noise }).buyAtLeast).toBe(0.5);
  });

  it('is of full size where one score in twenty is', () => {
    const { sizeFullAt } = choosePolicy({ ...chosen, nextReturns: noise });
    const full = direction.filter((score) => Math.abs(score - 0.5) >= sizeFullAt).length;
    expect(full / COUNT).toBeCloseTo(0.05, 2);
    const same = direction.map(() => 0.5);
    expect(choosePolicy({ ...chosen, direction: same, nextReturns: noise }).sizeFullAt).toBe(0.001);
  });
});
