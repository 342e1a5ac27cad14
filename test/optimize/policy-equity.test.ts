import { describe, expect, it } from 'vitest';
import { equityFigures, longOnlyEquity } from '../../src/optimize/measure/policy-equity.ts';

describe('longOnlyEquity', () => {
  it('earns the returns of the sessions it holds, keeps its position on HOLD and pays at each change', () => {
    const { curve, turnover, exposure } = longOnlyEquity(
      ['HOLD', 'BUY', 'HOLD', 'SELL', 'SELL'],
      [0.5, 0.1, -0.2, 0.5, 0.5],
      0.01,
    );
    expect(Array.from(curve)).toEqual([
      1,
      0.99 * 1.1,
      0.99 * 1.1 * 0.8,
      0.99 * 1.1 * 0.8 * 0.99,
      0.99 * 1.1 * 0.8 * 0.99,
    ]);
    expect(turnover).toBe(2);
    expect(exposure).toBe(0.4);
  });

  it('never sells short: SELL from flat stays flat', () => {
    expect(Array.from(longOnlyEquity(['SELL', 'SELL'], [-0.5, -0.5], 0.01).curve)).toEqual([1, 1]);
  });
});

describe('equityFigures', () => {
  it('measures growth from the start and the deepest fall from a peak', () => {
    const figures = equityFigures({ curve: Float64Array.of(1.2, 0.9, 1.5), turnover: 0, exposure: 1 });
    expect(figures.growth).toBeCloseTo(0.5, 12);
    expect(figures.drawdownMax).toBeCloseTo(0.25, 12);
  });

  it('has no Sharpe ratio where nothing moved', () => {
    expect(equityFigures({ curve: Float64Array.of(1, 1), turnover: 0, exposure: 0 }).sharpe).toBe(0);
  });
});
