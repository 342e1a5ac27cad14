import type { Sampler } from './sampler.ts';
import { randomPoint, type SearchPlan } from './search-plan.ts';

/** Each trial uniform on every scale, whatever came before. */
export const randomSampler = (plan: SearchPlan): Sampler => ({
  suggest: (_history, random) => randomPoint(plan, random),
});
