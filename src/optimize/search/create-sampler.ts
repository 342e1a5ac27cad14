import { err, ok, type Result } from '../../core/result.ts';
import { gaussianProcessSampler } from './gaussian-process-sampler.ts';
import { GRID_POINTS_MAX, gridPoints, gridSampler } from './grid-sampler.ts';
import { quasiRandomSampler } from './quasi-random-sampler.ts';
import { randomSampler } from './random-sampler.ts';
import type { Sampler } from './sampler.ts';
import type { SearchPlan } from './search-plan.ts';
import { SOBOL_DIMENSIONS_MAX } from './sobol.ts';
import { tpeSampler } from './tpe-sampler.ts';

/** How points are chosen, as plain data that stands in a study's state. */
export type SamplerOptions =
  | { readonly kind: 'random' }
  | { readonly kind: 'quasi-random' }
  /** `valuesMax` ≥ 2: how many values a numeric parameter has in the grid at most. */
  | { readonly kind: 'grid'; readonly valuesMax: number }
  | { readonly kind: 'tpe'; readonly isMultivariate: boolean }
  /** Costs time that grows with the cube of the trials; for up to about 200. */
  | { readonly kind: 'gaussian-process' };

/** The error says why the sampler cannot serve this space. */
export function createSampler(
  plan: SearchPlan,
  options: SamplerOptions,
  seed: number,
): Result<Sampler, string> {
  switch (options.kind) {
    case 'random':
      return ok(randomSampler(plan));
    case 'quasi-random':
      return plan.parameters.length > SOBOL_DIMENSIONS_MAX
        ? err(`The quasi-random sampler takes at most ${SOBOL_DIMENSIONS_MAX} parameters`)
        : ok(quasiRandomSampler(plan, seed));
    case 'grid':
      return createGrid(plan, options.valuesMax);
    case 'tpe':
      return ok(tpeSampler({ plan, isMultivariate: options.isMultivariate }));
    case 'gaussian-process':
      return ok(gaussianProcessSampler(plan));
  }
}

function createGrid(plan: SearchPlan, valuesMax: number): Result<Sampler, string> {
  if (!Number.isSafeInteger(valuesMax) || valuesMax < 2) return err('A grid needs valuesMax of 2 or more');
  const points = gridPoints(plan, valuesMax);
  if (points.length > GRID_POINTS_MAX) return err(`The grid has more than ${GRID_POINTS_MAX} points`);
  return ok(gridSampler(points));
}
