import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelSpans } from '../../../src/optimize/data/label-spans.ts';
import type { Fold } from '../../../src/optimize/validation/fold.ts';
import { cutHoldout, purgedFolds } from '../../../src/optimize/validation/purged-folds.ts';

const allOf = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

/** Starts with holes, ends of any length: what a triple barrier gives. */
const anySpans = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 4 }), length: fc.integer({ min: 0, max: 30 }) }), {
    minLength: 20,
    maxLength: 200,
  })
  .map((drawn): LabelSpans => {
    let at = 0;
    const start = Int32Array.from(drawn, ({ step }) => {
      at += step;
      return at;
    });
    return { start, end: start.map((bar, i) => bar + (drawn[i]?.length ?? 0)) };
  });

function expectApart({ start, end }: LabelSpans, { train, test }: Fold, embargoBars: number): void {
  for (const i of train) {
    for (const j of test) {
      expect(i).toBeLessThan(j);
      const before = (end[i] as number) < (start[j] as number) - embargoBars;
      const after = (start[i] as number) > (end[j] as number) + embargoBars;
      if (!before && !after) throw new Error(`label ${i} overlaps label ${j} or its embargo`);
    }
  }
}

describe('purgedFolds', () => {
  it('keeps every training label away from every test label by the embargo, whatever the spans', () => {
    let made = 0;
    fc.assert(
      fc.property(
        anySpans,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 12 }),
        fc.double({ min: 0.2, max: 0.8, noNaN: true }),
        fc.option(fc.integer({ min: 1, max: 60 })),
        (spans, foldCount, embargoBars, firstTrainShare, trainCountMax) => {
          const within = allOf(spans.start.length).filter((i) => i % 7 !== 3);
          const walk =
            trainCountMax === null
              ? ({ kind: 'expanding' } as const)
              : ({ kind: 'rolling', trainCountMax } as const);
          const folds = purgedFolds({ spans, within, foldCount, firstTrainShare, embargoBars, walk });
          if (!folds.ok) return;
          made += 1;
          for (const fold of folds.value) expectApart(spans, fold, embargoBars);
          for (const fold of folds.value)
            expect([...fold.train, ...fold.test].every((i) => within.includes(i))).toBe(true);
        },
      ),
    );
    expect(made).toBeGreaterThan(30);
  });

  const spans = { start: allOf(100), end: allOf(100).map((bar) => bar + 5) };
  const options = { spans, within: allOf(100), foldCount: 3, firstTrainShare: 0.4, embargoBars: 2 };

  it('tests each example after the first part once, in order', () => {
    const folds = purgedFolds({ ...options, walk: { kind: 'expanding' } });
    expect(folds.ok && folds.value.flatMap(({ test }) => [...test])).toEqual([...allOf(100).slice(40)]);
  });

  it('purges no more than it must', () => {
    const folds = purgedFolds({ ...options, walk: { kind: 'expanding' } });
    // Label i ends at bar i + 5, which must lie more than 2 bars before bar 40.
    expect(folds.ok && folds.value[0]?.train).toEqual(allOf(33));
    expect(folds.ok && folds.value[1]?.train).toEqual(allOf(53));
  });

  it('rolls with the last examples that are left', () => {
    const folds = purgedFolds({ ...options, walk: { kind: 'rolling', trainCountMax: 20 } });
    expect(folds.ok && folds.value[1]?.train).toEqual(allOf(53).slice(33));
  });

  it('says which fold would be empty', () => {
    const tooFew = purgedFolds({ ...options, embargoBars: 40, walk: { kind: 'expanding' } });
    expect(tooFew).toEqual({ ok: false, error: expect.stringContaining('fold 1 would train on 0') });
    expect(() => purgedFolds({ ...options, foldCount: 0, walk: { kind: 'expanding' } })).toThrow(RangeError);
    expect(() => purgedFolds({ ...options, embargoBars: -1, walk: { kind: 'expanding' } })).toThrow(
      RangeError,
    );
  });
});

describe('cutHoldout', () => {
  it('holds out the newest share and purges what touches it', () => {
    fc.assert(
      fc.property(anySpans, fc.integer({ min: 0, max: 8 }), (spans, embargoBars) => {
        const within = allOf(spans.start.length);
        const cut = cutHoldout({ spans, within, share: 0.25, embargoBars });
        if (!cut.ok) return;
        const { development, holdout } = cut.value;
        expect(holdout).toEqual(within.slice(Math.floor(within.length * 0.75)));
        expectApart(spans, { train: development, test: holdout }, embargoBars);
      }),
    );
  });
});
