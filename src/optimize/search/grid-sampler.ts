import { coordinateOf, type Domain, valueAt, valueCount } from './domain.ts';
import type { Sampler } from './sampler.ts';
import { isActive, type SearchPlan } from './search-plan.ts';
import type { Point, Value } from './space.ts';

/** A grid of more points than this is refused: nobody waits for it. */
export const GRID_POINTS_MAX = 100_000;

/** The points one after the other, nothing after the last. */
export const gridSampler = (points: readonly Point[]): Sampler => ({
  suggest: (history) => points[history.length],
});

/**
 * Every combination once, the last parameter changing fastest. Of a numeric parameter with more values than `valuesMax`
 * (≥ 2) that many are taken, evenly spaced on its scale, with both bounds. Where there are more points than
 * {@link GRID_POINTS_MAX}, only one more than those.
 */
export function gridPoints(plan: SearchPlan, valuesMax: number): readonly Point[] {
  let points: readonly Point[] = [{}];
  for (const parameter of plan.parameters) {
    const values = gridValues(parameter.domain, valuesMax);
    points = points
      .flatMap((point): readonly Point[] =>
        isActive(parameter, point) ? values.map((value) => ({ ...point, [parameter.name]: value })) : [point],
      )
      .slice(0, GRID_POINTS_MAX + 1);
  }
  return points;
}

function gridValues(domain: Domain, valuesMax: number): readonly Value[] {
  if (domain.kind === 'choice') return domain.choices;
  const count = Math.min(valuesMax, valueCount(domain));
  if (count === 1) return [domain.valueLow];
  const from = coordinateOf(domain, domain.valueLow);
  const to = coordinateOf(domain, domain.valueHigh);
  const hasAll = count === valueCount(domain);
  const values = Array.from({ length: count }, (_, i) =>
    // On a log scale even spacing would leave out some of few whole numbers and repeat others.
    hasAll ? domain.valueLow + i * domain.step : valueAt(domain, from + (i / (count - 1)) * (to - from)),
  );
  return [...new Set(values)];
}
