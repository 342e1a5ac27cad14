import { describe, expect, it } from 'vitest';
import type { Bar } from '../../../src/features/bar.ts';
import { prepareLearning } from '../../../src/optimize/pipeline/prepare-learning.ts';
import { learningOf, smallRecipe } from './small-making.ts';

const recipe = await smallRecipe({ outcomes: { kind: 'market' } });

const withBars = (bars: readonly Bar[]) => ({ ...recipe, source: { ...recipe.source, bars } });

describe('prepareLearning', () => {
  it('lets nothing from the future reach a feature, whatever the future is', () => {
    const known = 850;
    const before = learningOf(recipe);
    const futures: readonly ((bar: Bar) => Bar)[] = [
      (bar) => ({ ...bar, open: 2 * bar.open, high: 4 * bar.high, close: 2 * bar.close, low: bar.low / 2 }),
      (bar) => ({ ...bar, open: bar.low, close: bar.low, high: bar.low, volume: 0 }),
    ];
    for (const future of futures) {
      const bars = recipe.source.bars.map((bar, i) => (i <= known ? bar : future(bar)));
      const after = learningOf(withBars(bars));
      const rows = before.examples.barIndex.filter((bar) => bar <= known).length;
      expect(rows).toBeGreaterThan(700);
      expect([...after.examples.barIndex.subarray(0, rows)]).toEqual([
        ...before.examples.barIndex.subarray(0, rows),
      ]);
      const until = rows * before.set.width;
      expect(after.set.features.slice(0, until)).toStrictEqual(before.set.features.slice(0, until));
    }
  });

  it('knows the same of a day on that day as years later', () => {
    const whole = learningOf(recipe);
    const earlier = learningOf(withBars(recipe.source.bars.slice(0, 900)));
    const until = earlier.set.count * earlier.set.width;
    expect(earlier.set.features).toStrictEqual(whole.set.features.slice(0, until));
  });

  it('holds out the newest, apart from the rest by the labels and the embargo', () => {
    const { set, development, holdout } = learningOf(recipe);
    expect(holdout.at(-1)).toBe(set.count - 1);
    expect(holdout.length / set.count).toBeCloseTo(0.2, 2);
    const ends = set.questions[0]?.outcomes.spans.end[development.at(-1) as number] as number;
    const begins = set.questions[0]?.outcomes.spans.start[holdout[0] as number] as number;
    expect(begins - ends).toBeGreaterThan(set.embargoBars);
  });

  it('asks one question without a risk target', () => {
    expect(learningOf({ ...recipe, risk: undefined }).set.questions.map(({ name }) => name)).toEqual([
      'direction',
    ]);
  });

  it('plants what came of the examples where the recipe says so, the same for both questions', () => {
    const { set } = learningOf({ ...recipe, outcomes: { kind: 'planted', pull: 0.6, seed: 7 } });
    const [direction, risk] = set.questions;
    expect(direction?.outcomes.values).toEqual(set.nextReturns);
    expect(risk?.outcomes.values).toEqual(set.nextReturns.map(Math.abs));
    expect(set.nextReturns).not.toEqual(learningOf(recipe).set.nextReturns);
  });

  it('fails in words where the bars are too few', () => {
    expect(prepareLearning(withBars(recipe.source.bars.slice(0, 500)))).toEqual({
      ok: false,
      error: expect.stringMatching(/^small: \d+ examples are too few: 700 are needed$/),
    });
  });

  it('fails in words where what is held out is too little for the test of its gain', () => {
    expect(prepareLearning({ ...recipe, holdoutShare: 0.05 })).toEqual({
      ok: false,
      error: expect.stringMatching(
        /^small: a holdout of \d+ examples is too small to show anything: 130 are needed/,
      ),
    });
  });
});
