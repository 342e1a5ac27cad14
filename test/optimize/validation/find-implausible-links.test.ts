import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import type { Bar } from '../../../src/features/bar.ts';
import { dailyV1 } from '../../../src/features/daily-v1.ts';
import { buildExamples, type Examples } from '../../../src/optimize/data/examples.ts';
import { labelExamples } from '../../../src/optimize/data/label-examples.ts';
import type { Target } from '../../../src/optimize/data/target.ts';
import { targetOutcomes } from '../../../src/optimize/data/target-outcomes.ts';
import {
  type FeatureLink,
  findImplausibleLinks,
  linkBounds,
} from '../../../src/optimize/validation/find-implausible-links.ts';
import type { Fold } from '../../../src/optimize/validation/fold.ts';
import { purgedFolds } from '../../../src/optimize/validation/purged-folds.ts';
import { sp500Bars } from '../../sp500.ts';

const TARGETS: readonly Target[] = [
  { kind: 'forward-return', horizonBars: 1 },
  { kind: 'forward-return', horizonBars: 5 },
  { kind: 'triple-barrier', horizonBars: 10, takeAt: 2, stopAt: 2 },
  { kind: 'large-move', horizonBars: 1, quantile: 0.8 },
  { kind: 'large-move', horizonBars: 5, quantile: 0.8 },
];

interface Prepared {
  readonly target: Target;
  readonly examples: Examples;
  readonly labels: Uint8Array;
  readonly folds: readonly Fold[];
}

function prepare(target: Target): Prepared {
  const examples = buildExamples(sp500Bars, dailyV1, target.horizonBars);
  const outcomes = targetOutcomes(sp500Bars, examples, target);
  const folds = purgedFolds({
    spans: outcomes.spans,
    within: examples.barIndex.map((_, i) => i),
    foldCount: 5,
    firstTrainShare: 0.4,
    embargoBars: 5,
    walk: { kind: 'expanding' },
  });
  if (!folds.ok) throw new Error(folds.error);
  const { labels } = labelExamples(outcomes, target, (folds.value[0] as Fold).train);
  return { target, examples, labels, folds: folds.value };
}

function linksOf(
  prepared: Prepared,
  names: readonly string[],
  features: ArrayLike<number>,
): readonly FeatureLink[] {
  const { target, labels, folds } = prepared;
  const bounds = target.kind === 'large-move' ? linkBounds.risk : linkBounds.direction;
  return findImplausibleLinks({ names, features, labels, folds, bounds, lagRows: target.horizonBars + 1 });
}

const closeAt = (i: number): number => (sp500Bars[i] as Bar).close;
const describeTarget = ({ kind, horizonBars }: Target): string => `${kind} over ${horizonBars}`;

describe('findImplausibleLinks', () => {
  it.each(TARGETS.map((target) => [describeTarget(target), target] as const))(
    'names a noisy copy of the label, and none of the 32 features of the S&P 500 beside it: %s',
    (_, target) => {
      const prepared = prepare(target);
      const { examples, labels } = prepared;
      const random = new SeededRandom(8);
      const width = examples.featureCount + 1;
      const features = Float64Array.from({ length: examples.count * width }, (_, at) => {
        const [row, place] = [Math.floor(at / width), at % width];
        return place < width - 1
          ? (examples.features[row * (width - 1) + place] as number)
          : (labels[row] as number) + 0.5 * random.normal();
      });
      const names = [...dailyV1.indicators.map(({ name }) => name), 'copy'];
      const links = linksOf(prepared, names, features);
      expect(links.map(({ name }) => name)).toEqual(names);
      const suspected = links.filter(({ suspicion }) => suspicion !== undefined);
      expect(suspected.map(({ name }) => name)).toEqual(['copy']);
    },
  );

  it.each(TARGETS.slice(0, 2).map((target) => [describeTarget(target), target] as const))(
    "names tomorrow's return and a centred average: %s",
    (_, target) => {
      const prepared = prepare(target);
      const leaks = Float64Array.from(
        [...prepared.examples.barIndex].flatMap((i) => {
          const centred = closeAt(i) / ((closeAt(i - 1) + closeAt(i) + closeAt(i + 1)) / 3) - 1;
          return [closeAt(i + 1) / closeAt(i) - 1, centred];
        }),
      );
      const links = linksOf(prepared, ['tomorrow', 'centred'], leaks);
      for (const { name, auc, suspicion } of links) expect(suspicion, `${name}: ${auc}`).toBeDefined();
    },
  );

  it("names tomorrow's return for the size of tomorrow's move, where it is far from monotone", () => {
    const prepared = prepare({ kind: 'large-move', horizonBars: 1, quantile: 0.8 });
    const [link] = linksOf(
      prepared,
      ['move'],
      Float64Array.from(
        prepared.examples.barIndex,
        (i) => (sp500Bars[i + 2] as Bar).open / (sp500Bars[i + 1] as Bar).open - 1,
      ),
    );
    expect(link?.suspicion).toBe('implausible');
  });

  it('suspects no noise, under any of 40 seeds, nor a feature that is never defined', () => {
    const prepared = prepare({ kind: 'forward-return', horizonBars: 5 });
    const names = [...Array.from({ length: 40 }, (_, seed) => `noise ${seed}`), 'undefined'];
    const generators = names.map((_, seed) => new SeededRandom(seed));
    const features = Float64Array.from({ length: prepared.examples.count * 41 }, (_, at) => {
      return at % 41 === 40 ? NaN : (generators[at % 41] as SeededRandom).normal();
    });
    const links = linksOf(prepared, names, features);
    expect(links.filter(({ suspicion }) => suspicion !== undefined)).toEqual([]);
    expect(links[40]?.auc).toBe(0.5);
  });
});
