import { describe, expect, it } from 'vitest';
import type { LearningSet } from '../../../src/optimize/pipeline/learning-set.ts';
import { type FoldEstimate, walkForward } from '../../../src/optimize/pipeline/walk-forward.ts';
import { smallSettings } from './small-making.ts';
import { changedOutside, indicesFrom, smallFitting, smallSet } from './small-set.ts';

const set = smallSet();
const within = indicesFrom(0, 400);
const settings = { ...smallSettings, outerFolds: 2, trials: 1 };

async function estimates(of: LearningSet): Promise<readonly FoldEstimate[]> {
  const folds = await walkForward(smallFitting(of, within, { settings }));
  if (!folds.ok) throw new Error(folds.error);
  return folds.value;
}

const learnt = ({ heads }: FoldEstimate) =>
  heads.map(({ fitted: { head, labelling, search, outOfFold }, baseRate }) => ({
    head,
    hurdle: labelling.hurdle,
    search,
    outOfFold,
    baseRate,
  }));

describe('walkForward', () => {
  it('tests each fold on what comes after everything it chose by', async () => {
    const folds = await estimates(set);
    expect(folds).toHaveLength(2);
    for (const { fold, heads } of folds) {
      const last = fold.train.at(-1) as number;
      // A label ends two bars after its example's, and the embargo is one more.
      expect(fold.test[0]).toBeGreaterThan(last + 1 + set.embargoBars);
      for (const { scores, labels, fitted } of heads) {
        expect([scores.length, labels.length]).toEqual([fold.test.length, fold.test.length]);
        expect(fitted.outOfFold.indices.at(-1)).toBeLessThanOrEqual(last);
      }
    }
    expect(folds[0]?.fold.test.at(-1)).toBeLessThan(folds[1]?.fold.test[0] as number);
  });

  it('knows nothing of the future: the newest block changes no head of any fold, to the bit', async () => {
    const before = await estimates(set);
    const newest = before[1]?.fold.test[0] as number;
    const after = await estimates(changedOutside(set, (index) => index < newest));
    expect(after.map(learnt)).toStrictEqual(before.map(learnt));
    expect(after[0]?.heads.map(({ scores }) => scores)).toStrictEqual(
      before[0]?.heads.map(({ scores }) => scores),
    );
    expect(after[1]?.heads[0]?.scores).not.toEqual(before[1]?.heads[0]?.scores);
  });

  it('estimates nothing where no folds are asked for', async () => {
    const none = { ...settings, outerFolds: 0 };
    expect(await walkForward(smallFitting(set, within, { settings: none }))).toEqual({ ok: true, value: [] });
  });
});
