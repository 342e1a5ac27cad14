import { describe, expect, it } from 'vitest';
import {
  equityFigures,
  equityOf,
  followedPositions,
  policyActions,
  type ScoredRows,
} from '../../../src/optimize/measure/policy-equity.ts';

const policy = {
  buyAtLeast: 0.6,
  sellAtMost: 0.4,
  sizeFullAt: 0.1,
  riskHoldAtLeast: 0.8,
  validForMs: 30_000,
};
const CALM = 0.1;
const RISKY = 0.8;
const buy = (risk = CALM) => ({ direction: 0.7, risk });
const sell = (risk = CALM) => ({ direction: 0.3, risk });
const wait = (risk = CALM) => ({ direction: 0.5, risk });

describe('policyActions', () => {
  it('acts at the thresholds themselves, and not between them', () => {
    const rows = [0.6, 0.4, 0.599, 0.401].map((direction) => ({ direction, risk: CALM }));
    expect(policyActions(policy, rows)).toEqual(['BUY', 'SELL', 'HOLD', 'HOLD']);
  });

  it('is HOLD outside the domain', () => {
    expect(policyActions(policy, [undefined, buy()])).toEqual(['HOLD', 'BUY']);
  });

  it('is HOLD at a high risk for whoever does not say what he holds, since it could be opening', () => {
    expect(policyActions(policy, [buy(RISKY), sell(RISKY)])).toEqual(['HOLD', 'HOLD']);
  });
});

describe('followedPositions', () => {
  const positions = (rows: ScoredRows): number[] => Array.from(followedPositions(policy, rows));

  it('opens on BUY, closes on SELL and keeps what it has on HOLD', () => {
    expect(positions([wait(), buy(), wait(), buy(), sell(), wait()])).toEqual([0, 1, 1, 1, 0, 0]);
  });

  it('never sells short', () => {
    expect(positions([sell(), sell()])).toEqual([0, 0]);
  });

  it('is held back by a high risk when it would open, and never when it would close', () => {
    expect(positions([buy(RISKY), buy(), sell(RISKY), buy(RISKY)])).toEqual([0, 1, 0, 0]);
  });

  it('keeps its position outside the domain', () => {
    expect(positions([undefined, buy(), undefined, sell(), undefined])).toEqual([0, 1, 1, 0, 0]);
  });
});

describe('equityOf', () => {
  it('earns the returns of the sessions it holds and pays at each change', () => {
    const { curve, returns, turnover, exposure } = equityOf(
      [0, 1, 1, 0, 0],
      [0.5, 0.1, -0.2, 0.5, 0.5],
      0.01,
    );
    const expected = [1, 0.99 * 1.1, 0.99 * 1.1 * 0.8, 0.99 * 1.1 * 0.8 * 0.99, 0.99 * 1.1 * 0.8 * 0.99];
    expect(Array.from(curve)).toEqual(expected);
    expect(returns[1]).toBeCloseTo(0.99 * 1.1 - 1, 12);
    expect(turnover).toBe(2);
    expect(exposure).toBe(0.4);
  });
});

describe('equityFigures', () => {
  it('measures growth from the start and the deepest fall from a peak', () => {
    const figures = equityFigures({ curve: Float64Array.of(1.2, 0.9, 1.5) });
    expect(figures.growth).toBeCloseTo(0.5, 12);
    expect(figures.drawdownMax).toBeCloseTo(0.25, 12);
  });

  it('has no Sharpe ratio where nothing moved', () => {
    expect(equityFigures({ curve: Float64Array.of(1, 1) }).sharpe).toBe(0);
  });
});
