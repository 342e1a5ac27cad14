import { describe, expect, it } from 'vitest';
import { type FittedHead, fitHead, type HeadFitting } from '../../../src/optimize/pipeline/fit-head.ts';
import { featuresAt } from '../../../src/optimize/pipeline/learning-set.ts';
import { headScores } from '../../../src/optimize/train/ensemble.ts';
import { areaUnderCurve } from '../../../src/stats/area-under-curve.ts';
import { smallSettings } from './small-making.ts';
import { changedOutside, indicesFrom, smallFitting, smallSet } from './small-set.ts';

const set = smallSet();
const within = indicesFrom(40, 320);
const inWithin = (index: number): boolean => index >= 40 && index < 320;

async function fitted(fitting: HeadFitting): Promise<FittedHead> {
  const head = await fitHead(fitting);
  if (!head.ok) throw new Error(head.error);
  return head.value;
}

/** Without the labels of the examples outside, which are theirs to change. */
const learnt = ({ head, labelling, selection, search, outOfFold }: FittedHead) => ({
  head,
  hurdle: labelling.hurdle,
  selection,
  search,
  outOfFold,
});

describe('fitHead', () => {
  it.each(['none', 'quick'] as const)(
    'owes nothing to any example outside its range, to the bit (selection %s)',
    async (selection) => {
      const settings = { ...smallSettings, selection };
      const one = await fitted(smallFitting(set, within, { settings }));
      const other = await fitted(smallFitting(changedOutside(set, inWithin), within, { settings }));
      expect(learnt(other)).toStrictEqual(learnt(one));
      expect(one.selection === undefined).toBe(selection === 'none');
    },
  );

  it('owes something to the examples inside', async () => {
    const one = await fitted(smallFitting(set, within));
    const changed = changedOutside(set, (index) => index !== 200);
    expect((await fitted(smallFitting(changed, within))).head).not.toEqual(one.head);
  });

  it('learns what the features tell, and shows it on examples it did not see', async () => {
    const { head, labelling, outOfFold } = await fitted(smallFitting(set, within));
    const labelsAt = (indices: Int32Array) => Uint8Array.from(indices, (i) => labelling.labels[i] as number);
    const fresh = indicesFrom(325, 400);
    const scores = headScores(head, featuresAt(set, fresh), set.width);
    expect(areaUnderCurve(scores, labelsAt(fresh))).toBeGreaterThan(0.65);
    expect(areaUnderCurve(outOfFold.scores, labelsAt(outOfFold.indices))).toBeGreaterThan(0.65);
  });

  it('scores out of fold the later half of its range, each example once, oldest first', async () => {
    const { indices, scores } = (await fitted(smallFitting(set, within))).outOfFold;
    expect(scores).toHaveLength(indices.length);
    expect([...indices]).toEqual([...new Set(indices)].toSorted((a, b) => a - b));
    expect(indices.every(inWithin)).toBe(true);
    expect(Math.abs(indices.length - within.length / 2)).toBeLessThanOrEqual(2);
  });

  it('draws its chances by the name of its job', async () => {
    const one = await fitted(smallFitting(set, within));
    const other = await fitted(smallFitting(set, within, { job: 'fold 1' }));
    expect(other.head.members).not.toEqual(one.head.members);
  });

  it('begins no trial when the time is over, takes the middle of the space and says that it was cut', async () => {
    const { search } = await fitted(smallFitting(set, within, { clock: { isOver: () => true } }));
    expect(search).toMatchObject({ trials: [], isCut: true });
    const none = { ...smallSettings, trials: 0 };
    const middle = await fitted(smallFitting(set, within, { settings: none }));
    expect(middle.search).toEqual({ ...search, isCut: false });
  });

  it('fails in words where the range is too short for its folds', async () => {
    const head = await fitHead(smallFitting(set, indicesFrom(0, 4)));
    expect(head).toEqual({ ok: false, error: expect.stringContaining('final, direction: ') });
  });
});
