import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Search } from '../../../../src/optimize/optimization-report.ts';
import { calibrationCurve } from '../../../../src/optimize/report/charts/calibration-curve.ts';
import { drawdowns, equityCurve } from '../../../../src/optimize/report/charts/equity-curve.ts';
import { foldTimeline } from '../../../../src/optimize/report/charts/fold-timeline.ts';
import {
  type ImportanceBar,
  importanceBars,
} from '../../../../src/optimize/report/charts/importance-bars.ts';
import { intervalDots } from '../../../../src/optimize/report/charts/interval-dots.ts';
import { searchHistory } from '../../../../src/optimize/report/charts/search-history.ts';
import { sizeFrontier } from '../../../../src/optimize/report/charts/size-frontier.ts';
import { thinned } from '../../../../src/optimize/report/charts/thinned.ts';
import { nats } from '../../../../src/optimize/report/format.ts';
import { fixtureReport } from '../report-fixture.ts';

const SIZES = ['wide', 'narrow'] as const;
const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
/** Attributes as numbers of all elements of a class. */
const numbers = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map((match) => Number(match[1]));

describe.each(SIZES)('a %s chart', (size) => {
  it('draws each fold after its training and the holdout last', () => {
    const { validation } = fixtureReport(1);
    const { text } = foldTimeline(validation, size);
    const starts = numbers(text, /class="(?:test|holdout)" x="([\d.]+)"/g);
    expect(starts).toHaveLength(validation.folds.length + 1);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    const ends = [...text.matchAll(/class="train" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)];
    for (const [i, match] of ends.entries()) {
      expect(Number(match[1]) + Number(match[2])).toBeLessThan(starts[i] as number);
    }
  });

  it('says so when there is no holdout', () => {
    const { validation } = fixtureReport(1);
    const { text } = foldTimeline({ ...validation, holdout: { absent: 'none was asked for' } }, size);
    expect(text).toContain('no holdout');
    expect(text).not.toContain('class="holdout"');
  });

  it('draws bars in proportion to importance, dropped ones hollow, used ones among them lighter', () => {
    const bar = (name: string, value: number | null, state: ImportanceBar['state']) => ({
      name,
      importance: { value, low: null, high: null },
      state,
      note: '',
    });
    const { text } = importanceBars(
      {
        bars: [
          bar('a', 0.4, 'kept'),
          bar('b', 0.2, 'filled'),
          bar('c', 0.1, 'dropped'),
          bar('d', null, 'dropped'),
        ],
        measure: 'm',
        format: nats,
      },
      size,
    );
    const widths = numbers(text, /class="(?:kept|filled|dropped)" x="[\d.]+" y="[\d.]+" width="([\d.]+)"/g);
    expect(widths).toHaveLength(3);
    expect((widths[0] as number) / (widths[1] as number)).toBeCloseTo(2, 1);
    expect(count(text, /class="dropped"/g)).toBe(1);
    expect(count(text, /class="filled"/g)).toBe(1);
  });

  it('puts an interval that holds zero on both sides of the line of no difference', () => {
    const figure = { value: 0.1, low: -0.1, high: 0.3 };
    const { text } = intervalDots(
      { dots: [{ name: 'a', figure, emphasis: true }], measure: 'm', format: nats },
      size,
    );
    const zero = numbers(text, /class="zero" d="M([\d.]+)/g)[0] as number;
    const [from, to] = /class="span" d="M([\d.]+) [\d.]+H([\d.]+)"/.exec(text)?.slice(1).map(Number) ?? [];
    expect(from).toBeLessThan(zero);
    expect(to).toBeGreaterThan(zero);
  });

  it('marks complete, pruned and failed trials apart and lets the best so far only fall', () => {
    const search: Search = {
      sampler: 's',
      objective: 'loss',
      importance: [],
      importanceMethod: '',
      trials: [
        { number: 0, outcome: 'complete', value: 0.6 },
        { number: 1, outcome: 'pruned', value: 0.1 },
        { number: 2, outcome: 'failed', detail: 'diverged' },
        { number: 3, outcome: 'complete', value: 0.5 },
        { number: 4, outcome: 'complete', value: 0.55 },
        { number: 5, outcome: 'complete', value: null },
      ],
    };
    const { text } = searchHistory(search, size);
    expect(text).toContain('best 0.5 at trial 3');
    expect([
      count(text, /class="complete"/g),
      count(text, /class="pruned"/g),
      count(text, /class="failed"/g),
    ]).toEqual([3, 1, 2]);
    const path = /class="line s2" d="([^"]+)"/.exec(text)?.[1] ?? '';
    const heights = [...path.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((match) => Number(match[1]));
    expect(heights).toHaveLength(4);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
  });

  it('keeps one bad trial from flattening all others: it stands at the upper edge', () => {
    const trials = Array.from({ length: 30 }, (_, number) => ({
      number,
      outcome: 'complete' as const,
      value: number === 7 ? 1e6 : 0.5 + 0.001 * number,
    }));
    const { text } = searchHistory(
      { sampler: '', objective: '', importance: [], importanceMethod: '', trials },
      size,
    );
    const heights = numbers(text, /class="complete" cx="[\d.]+" cy="([\d.]+)"/g);
    expect(heights).toHaveLength(29);
    expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(100);
    expect(text).toMatch(/<path class="complete"/);
  });

  it('makes the scale of complete trials where pruned ones stand far above them', () => {
    const trials = Array.from({ length: 20 }, (_, number) =>
      number % 4 === 0
        ? { number, outcome: 'pruned' as const, value: 2 + number }
        : { number, outcome: 'complete' as const, value: 0.5 + 0.001 * number },
    );
    const { text } = searchHistory(
      { sampler: '', objective: '', importance: [], importanceMethod: '', trials },
      size,
    );
    const heights = numbers(text, /class="complete" cx="[\d.]+" cy="([\d.]+)"/g);
    expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(90);
    expect(count(text, /<path class="pruned" d="M[\d.]+ [\d.]+h8/g)).toBe(5);
  });

  it('puts a perfectly calibrated bin on the diagonal and an overconfident one below it', () => {
    const bins = [
      { predictedMean: 0.25, count: 400, positives: 100 },
      { predictedMean: 0.75, count: 400, positives: 200 },
    ];
    const { text } = calibrationCurve({ ece: 0.125, bins }, size);
    const ideal = /class="ideal" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"/.exec(text) ?? [];
    const [x0, y0, x1, y1] = ideal.slice(1).map(Number) as [number, number, number, number];
    const diagonal = (x: number): number => y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
    const dots = [...text.matchAll(/class="dot" cx="([\d.]+)" cy="([\d.]+)"/g)].map(
      (match) => [Number(match[1]), Number(match[2])] as const,
    );
    expect(dots[0]?.[1]).toBeCloseTo(diagonal(dots[0]?.[0] as number), 0);
    expect(dots[1]?.[1]).toBeGreaterThan(diagonal(dots[1]?.[0] as number) + 20);
  });

  it('spreads predictions that hardly differ over the width, and leaves the diagonal where both axes meet', () => {
    const bins = Array.from({ length: 10 }, (_, i) => ({
      predictedMean: 0.47 + 0.006 * i,
      count: 100,
      positives: 45 + 2 * (i % 4),
    }));
    const { text } = calibrationCurve({ ece: 0.03, bins }, size);
    const across = numbers(text, /class="dot" cx="([\d.]+)"/g);
    expect(across).toHaveLength(10);
    expect(Math.max(...across) - Math.min(...across)).toBeGreaterThan(size === 'wide' ? 250 : 190);
    expect(text).toContain('class="ideal"');
    const far = bins.map((bin) => ({ ...bin, predictedMean: bin.predictedMean + 0.4 }));
    expect(calibrationCurve({ ece: 0.4, bins: far }, size).text).toContain('class="dot"');
  });

  it('uses the whole height for money that is lost, on a scale of logarithms', () => {
    const { decisions } = fixtureReport(1);
    if ('absent' in decisions) throw new Error('the fixture has decisions');
    const atMs = [0, 86_400_000, 2 * 86_400_000];
    const equity = (values: readonly number[]) => ({ ...decisions.followed, values });
    const curves = {
      followed: equity([1, 1.5, 3]),
      buyAndHold: equity([1, 0.2, 0.05]),
      alwaysHold: equity([1, 1, 1]),
    };
    const { text } = equityCurve({ ...decisions, ...curves, atMs }, size);
    const [bottom = NaN] = numbers(text, /class="line s2" d="[^"]*L[\d.]+ ([\d.]+)"/g);
    const [top = NaN] = numbers(text, /class="line s1" d="[^"]*L[\d.]+ ([\d.]+)"/g);
    expect(bottom - top).toBeGreaterThan(240);
  });

  it('draws the policy above holding where it ends above it, and tells both in its summary', () => {
    const { decisions } = fixtureReport(1);
    if ('absent' in decisions) throw new Error('the fixture has decisions');
    const atMs = [0, 86_400_000, 2 * 86_400_000];
    const equity = (values: readonly number[]) => ({
      ...decisions.followed,
      values,
      growth: (values.at(-1) as number) - 1,
    });
    const { text } = equityCurve(
      {
        ...decisions,
        atMs,
        followed: equity([1, 1.1, 1.5]),
        buyAndHold: equity([1, 0.8, 1.2]),
        alwaysHold: equity([1, 1, 1]),
      },
      size,
    );
    const end = (style: string): number =>
      Number(new RegExp(`class="line ${style}" d="[^"]* ([\\d.]+)"`).exec(text)?.[1]);
    expect(end('s1')).toBeLessThan(end('s2'));
    expect(end('s2')).toBeLessThan(end('s3'));
    expect(text).toMatch(/aria-label="[^"]*policy \+50\.0\u202f%[^"]*buy and hold \+20\.0\u202f%/);
  });

  it('fills the chosen form alone and draws the bound', () => {
    const point = (number: number, gzippedBytes: number, value: number | null) =>
      ({
        number,
        form: `form ${number}`,
        gzippedBytes,
        cost: { value, low: null, high: null },
        latency: 'not timed',
        chosen: number === 2,
      }) as const;
    const { text } = sizeFrontier(
      {
        points: [point(1, 9_000, 0), point(2, 2_000, 0.001), point(3, 1_000, null)],
        measure: 'flips',
        format: nats,
        bound: 0.005,
      },
      size,
    );
    expect(count(text, /class="hit chosen"/g)).toBe(1);
    expect(count(text, /class="form"/g)).toBe(2);
    expect(text).toContain('class="bound"');
    expect(text).toContain('(chosen)');
  });
});

describe('thinned', () => {
  it('keeps the first, the last, the lowest and the highest value of any curve', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 40 }),
        (values, columns) => {
          const kept = thinned(values, columns);
          const drawn = kept.map((i) => values[i] as number);
          expect(kept[0]).toBe(0);
          expect(kept.at(-1)).toBe(values.length - 1);
          expect(Math.min(...drawn)).toBe(Math.min(...values));
          expect(Math.max(...drawn)).toBe(Math.max(...values));
          expect(kept.length).toBeLessThanOrEqual(
            Math.max(columns * 4, values.length <= columns * 2 ? values.length : 0),
          );
        },
      ),
    );
  });
});

describe('drawdowns', () => {
  it('falls from the highest value so far, the start of 1 included', () => {
    expect(drawdowns([0.75, 2, 1, 3])).toEqual([-0.25, 0, -0.5, 0]);
  });
});
