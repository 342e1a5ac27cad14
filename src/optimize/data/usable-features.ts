import type { Bar } from '../../features/bar.ts';
import { createFeatureSet, type FeatureSet } from '../../features/vector.ts';
import { featureTable } from './feature-table.ts';

interface UsableFeatures {
  /** The set's indicators that these bars define, in its order and under its name. */
  readonly set: FeatureSet;
  readonly leftOut: readonly LeftOut[];
}

interface LeftOut {
  readonly name: string;
  /** Of the windows, in [0, 1]. */
  readonly finiteShare: number;
  readonly why: string;
}

/**
 * The features with a finite value on at least {@link FINITE_SHARE_MIN} of the windows. A bar without one of its
 * features gives no example, so in a series of closes alone, where the place of the close in the day's range is 0/0,
 * the whole set would give none.
 *
 * @throws RangeError where there is not one window, or no feature is usable
 */
export function usableFeatures(bars: readonly Bar[], set: FeatureSet): UsableFeatures {
  const windowCount = bars.length - set.windowBars + 1;
  if (windowCount < 1)
    throw new RangeError(`${bars.length} bars are less than a window of ${set.windowBars}`);
  const table = featureTable(bars, set);
  const width = set.indicators.length;
  const finiteShares = set.indicators.map((_, place) => {
    let finite = 0;
    for (let i = set.windowBars - 1; i < bars.length; i += 1) {
      if (Number.isFinite(table[i * width + place])) finite += 1;
    }
    return finite / windowCount;
  });
  const isUsable = (place: number): boolean => (finiteShares[place] as number) >= FINITE_SHARE_MIN;
  const usable = set.indicators.filter((_, place) => isUsable(place));
  if (usable.length === 0) throw new RangeError(`no feature of ${set.name} is defined on these bars`);
  const leftOut = set.indicators.flatMap(({ name }, place): LeftOut[] => {
    const finiteShare = finiteShares[place] as number;
    if (isUsable(place)) return [];
    const why =
      finiteShare === 0
        ? 'undefined on every window, such as 0/0 where the file has no range or no volume'
        : `defined on ${(finiteShare * 100).toFixed(1)} % of the windows, less than ${FINITE_SHARE_MIN * 100} %`;
    return [{ name, finiteShare, why }];
  });
  return { set: leftOut.length === 0 ? set : createFeatureSet(set.name, usable), leftOut };
}

const FINITE_SHARE_MIN = 0.99;
