import { describe, expect, it } from 'vitest';
import { outcomesOfBars } from '../../src/experiments/outcomes-of-bars.ts';

const dayMs = 86_400_000;
const startMs = Date.parse('2026-03-02T05:00:00Z');
const bars = [100, 101, 103, 102, 110].map((open, index) => ({
  tMs: startMs + index * dayMs,
  open,
  high: open,
  low: open,
  close: 0.1,
  volume: 1,
}));
const trial = (index: number) => ({
  decisionId: `d${index}`,
  barMs: Date.parse('2026-03-02T00:00:00Z') + index * dayMs,
});
const of = (horizonBars: number, ...indices: readonly number[]) =>
  outcomesOfBars(bars, indices.map(trial), { calendar: 'XNYS', horizonBars });

describe('outcomesOfBars', () => {
  it('goes from the open behind the bar to the open a horizon later', () => {
    expect(of(1, 0, 2)).toEqual([
      { decisionId: 'd0', outcome: 103 / 101 - 1 },
      { decisionId: 'd2', outcome: 110 / 102 - 1 },
    ]);
    expect(of(3, 0)).toEqual([{ decisionId: 'd0', outcome: 110 / 101 - 1 }]);
  });

  it('says nothing of a trial whose horizon does not lie in the bars', () => {
    expect(of(1, 3, 4, 9)).toEqual([]);
    expect(of(4, 0)).toEqual([]);
  });
});
