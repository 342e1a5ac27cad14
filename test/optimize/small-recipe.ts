import type { Recipe } from '../../src/optimize/recipe.ts';
import { activeRecipe } from '../../src/optimize/recipes.ts';

/** The recipe of `active` on its first bars, which trains in a moment. */
export function smallRecipe(seed: number): Recipe {
  const recipe = activeRecipe(seed);
  const perceptron = { ...recipe.ensemble.perceptron, hidden: 6, epochsMax: 5 };
  return {
    ...recipe,
    name: 'small',
    source: { ...recipe.source, bars: recipe.source.bars.slice(0, 700) },
    ensemble: { ridges: [1, 100], perceptron },
    thresholds: { kind: 'chosen' },
  };
}
