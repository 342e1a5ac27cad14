import { SeededRandom } from '../../core/seeded-random.ts';
import type { Sampler } from './sampler.ts';
import { pointOfUnits, type SearchPlan } from './search-plan.ts';
import { sobolCoordinate } from './sobol.ts';

/**
 * The scrambled Sobol sequence, a dimension a parameter, inactive ones too. A number of trials that is a power of 2 is
 * spread best. `plan`: with at most SOBOL_DIMENSIONS_MAX parameters.
 */
export function quasiRandomSampler(plan: SearchPlan, seed: number): Sampler {
  const scrambles = new SeededRandom(seed);
  const scrambleOf = plan.parameters.map(() => scrambles.uint32());
  return {
    suggest: (history) =>
      pointOfUnits(
        plan,
        scrambleOf.map((scramble, dimension) => sobolCoordinate(history.length, dimension, scramble)),
      ),
  };
}
