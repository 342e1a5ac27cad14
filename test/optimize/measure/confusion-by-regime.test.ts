import { describe, expect, it } from 'vitest';
import { confusionByRegime } from '../../../src/optimize/measure/confusion-by-regime.ts';

describe('confusionByRegime', () => {
  const fitted = Float64Array.from({ length: 301 }, (_, i) => i);
  const { regimes } = confusionByRegime({
    actions: ['BUY', 'BUY', 'SELL', 'HOLD', 'BUY', 'SELL'],
    returns: [0.1, -0.1, -0.1, 0, 0.2, 0.3],
    logVolatility: [-5, 100, 150, 200, 201, 999],
    fitted,
  });

  it('parts rows by the terciles of what the model was made from, not by their own', () => {
    expect(regimes.map(({ name, counts }) => [name, counts])).toEqual([
      ['low', { BUY: [1, 1], SELL: [0, 0], HOLD: [0, 0] }],
      ['middle', { BUY: [0, 0], SELL: [0, 1], HOLD: [0, 1] }],
      ['high', { BUY: [1, 0], SELL: [1, 0], HOLD: [0, 0] }],
    ]);
  });
});
