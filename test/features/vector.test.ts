import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bar } from '../../src/features/bar.ts';
import { contractBars } from '../../src/features/contract-bars.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import type { Indicator } from '../../src/features/indicator.ts';
import { logReturn } from '../../src/features/indicators/log-return.ts';
import { featureSets } from '../../src/features/sets.ts';
import { createFeatureSet, featureVector } from '../../src/features/vector.ts';

/** A seeded walk, long enough to cut windows from. */
const walk = contractBars(300);

const bitsOf = (values: ArrayLike<number>): bigint[] => [
  ...new BigUint64Array(Float64Array.from(values).buffer),
];
const vectorOf = (bars: readonly Bar[]): Float64Array => featureVector(dailyV1, bars).values;
const foldOver = (indicator: Indicator<unknown>, state: unknown, bars: readonly Bar[]): unknown =>
  bars.reduce((folded, bar) => indicator.update(folded, bar), state);

const millionths = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min, max }).map((count) => count / 1_000_000);

/** The value after each bar of one fold. */
function valuesAlong(indicator: Indicator<unknown>, bars: readonly Bar[]): number[] {
  let state = indicator.initial();
  return bars.map((bar) => {
    state = indicator.update(state, bar);
    return indicator.value(state);
  });
}

/** Valid bars with jumps, flat days and days without volume. */
const anyBars = (minLength: number): fc.Arbitrary<readonly Bar[]> =>
  fc
    .array(
      fc.record({
        gap: fc.oneof(
          { weight: 1, arbitrary: fc.constant(0) },
          { weight: 4, arbitrary: millionths(-100_000, 100_000) },
        ),
        move: fc.oneof(
          { weight: 1, arbitrary: fc.constant(0) },
          { weight: 4, arbitrary: millionths(-200_000, 200_000) },
        ),
        above: millionths(0, 100_000),
        below: millionths(0, 100_000),
        volume: fc.nat(1_000_000),
      }),
      { minLength, maxLength: minLength + 40 },
    )
    .map((moves) => {
      let close = 100;
      return moves.map(({ gap, move, above, below, volume }, i) => {
        const open = close * (1 + gap);
        close = open * (1 + move);
        const high = Math.max(open, close) * (1 + above);
        const low = Math.min(open, close) * (1 - below);
        return { tMs: i, open, high, low, close, volume };
      });
    });

const scaled = (bars: readonly Bar[], price: number, volume: number): Bar[] =>
  bars.map((bar) => ({
    tMs: bar.tMs,
    open: bar.open * price,
    high: bar.high * price,
    low: bar.low * price,
    close: bar.close * price,
    volume: bar.volume * volume,
  }));

describe('a feature vector', () => {
  it('depends on the last 64 bars and nothing before them, bit for bit', () => {
    fc.assert(
      fc.property(anyBars(64), fc.nat(40), (bars, dropped) => {
        const kept = bars.slice(Math.min(dropped, bars.length - 64));
        expect(bitsOf(vectorOf(kept))).toEqual(bitsOf(vectorOf(bars)));
      }),
    );
  });

  it('at one bar is the same whatever comes after it', () => {
    const cut = 200;
    const crash = walk.map((bar, i) =>
      i < cut ? bar : { ...bar, open: 1, high: 1, low: 1, close: 1, volume: 0 },
    );
    for (const indicator of dailyV1.indicators) {
      const values = valuesAlong(indicator, walk).slice(0, cut);
      expect(bitsOf(valuesAlong(indicator, crash).slice(0, cut)), indicator.name).toEqual(bitsOf(values));
      const place = dailyV1.indicators.indexOf(indicator);
      for (let end = 64; end <= cut; end += 17) {
        expect(vectorOf(walk.slice(0, end))[place], indicator.name).toBe(values[end - 1]);
      }
    }
  });

  it('has the same bits whatever power of two prices and volumes are counted in', () => {
    fc.assert(
      fc.property(
        anyBars(64),
        fc.integer({ min: -20, max: 20 }),
        fc.integer({ min: -20, max: 20 }),
        (bars, price, volume) => {
          expect(bitsOf(vectorOf(scaled(bars, 2 ** price, 2 ** volume)))).toEqual(bitsOf(vectorOf(bars)));
        },
      ),
    );
  });

  it('has the same values, but for rounding, in any currency', () => {
    for (let end = 64; end < walk.length; end += 7) {
      const bars = walk.slice(end - 64, end);
      const values = vectorOf(bars);
      vectorOf(scaled(bars, 0.8731, 1.37)).forEach((value, i) => {
        expect(value, dailyV1.indicators[i]?.name).toBeCloseTo(values[i] as number, 9);
      });
    }
  });

  it('keeps every bounded feature inside its domain', () => {
    // Bounds that hold for moments about any centre: in a window that is flat but for rounding the mean is off.
    const domains: Record<string, readonly [number, number]> = {
      close_location: [-1, 1],
      rsi_3: [0, 1],
      rsi_14: [0, 1],
      atr_14: [0, Infinity],
      bollinger_percent_b_20: [0.5 - Math.sqrt(20) / 4, 0.5 + Math.sqrt(20) / 4],
      stochastic_k_14: [0, 1],
      drawdown_63: [-1, 0],
      run_up_63: [0, Infinity],
      skewness_21: [-Math.sqrt(21), Math.sqrt(21)],
      excess_kurtosis_21: [-2, 21 - 3],
      autocorrelation_21: [-1, 1],
      up_share_10: [0, 1],
      efficiency_ratio_10: [-1, 1],
      volume_z_score_21: [-Math.sqrt(21), Math.sqrt(21)],
      chaikin_money_flow_21: [-1, 1],
    };
    fc.assert(
      fc.property(anyBars(64), (bars) => {
        const values = vectorOf(bars);
        dailyV1.indicators.forEach(({ name }, i) => {
          const [min, max] = domains[name] ?? [-Infinity, Infinity];
          const value = values[i] as number;
          if (Number.isNaN(value)) return;
          expect(value, name).toBeGreaterThanOrEqual(min - 1e-9);
          expect(value, name).toBeLessThanOrEqual(max + 1e-9);
        });
      }),
    );
  });

  it('names the features that a flat market leaves undefined', () => {
    const flat = Array.from({ length: 64 }, (_, i) => ({
      tMs: i,
      open: 7,
      high: 7,
      low: 7,
      close: 7,
      volume: 0,
    }));
    expect(featureVector(dailyV1, flat).undefinedNames).toEqual([
      'rsi_3',
      'rsi_14',
      'bollinger_percent_b_20',
      'stochastic_k_14',
      'skewness_21',
      'excess_kurtosis_21',
      'autocorrelation_21',
      'efficiency_ratio_10',
      'volume_z_score_21',
      'chaikin_money_flow_21',
    ]);
  });

  it('names the features that overflow', () => {
    const bars = walk.slice(0, 64).map((bar) => ({ ...bar, volume: Number.MAX_VALUE }));
    expect(featureVector(dailyV1, bars).undefinedNames).toContain('chaikin_money_flow_21');
  });

  it('throws on fewer bars than its window', () => {
    expect(() => featureVector(dailyV1, walk.slice(0, 63))).toThrow(RangeError);
  });
});

describe('an indicator as a fold', () => {
  it('may be stopped anywhere and gone on with', () => {
    fc.assert(
      fc.property(anyBars(64), fc.nat(100), (bars, cut) => {
        for (const indicator of dailyV1.indicators) {
          const whole = indicator.value(foldOver(indicator, indicator.initial(), bars));
          const first = foldOver(indicator, indicator.initial(), bars.slice(0, cut));
          indicator.value(first);
          expect(indicator.value(foldOver(indicator, first, bars.slice(cut))), indicator.name).toBe(whole);
        }
      }),
    );
  });

  it('has no value before its warm-up, and one from there on', () => {
    for (const indicator of dailyV1.indicators) {
      const { warmupBars } = indicator;
      const early = foldOver(indicator, indicator.initial(), walk.slice(0, warmupBars - 1));
      expect(indicator.value(early), indicator.name).toBeNaN();
      const warm = indicator.update(early, walk[warmupBars - 1] as Bar);
      expect(Number.isFinite(indicator.value(warm)), indicator.name).toBe(true);
    }
  });
});

describe('feature sets', () => {
  it('are found by the name a manifest gives', () => {
    expect(featureSets.get('daily-v1')).toBe(dailyV1);
    expect(featureSets.get('daily-v0')).toBeUndefined();
  });

  it('refuse two indicators of one name', () => {
    expect(() => createFeatureSet('twice', [logReturn({ horizon: 1 }), logReturn({ horizon: 1 })])).toThrow(
      RangeError,
    );
  });
});
