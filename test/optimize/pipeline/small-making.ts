import type { Manifest } from '../../../src/models/manifest.ts';
import { type MadeModel, type Making, makeModel } from '../../../src/optimize/pipeline/make-model.ts';
import { type Learning, prepareLearning } from '../../../src/optimize/pipeline/prepare-learning.ts';
import type { FactorySettings } from '../../../src/optimize/pipeline/settings.ts';
import type { Recipe } from '../../../src/optimize/recipe.ts';
import { recipeOf } from '../../../src/optimize/recipe-of.ts';
import { spentAlpha } from '../../../src/optimize/validation/holdout-ledger.ts';
import { testKey } from '../../models/constant-draft.ts';
import { createInlineExecutor } from './inline-executor.ts';

/** The first bars of the demo, with both heads: a model in seconds. */
export async function smallRecipe(changed: Partial<Recipe> = {}): Promise<Recipe> {
  const recipe = await recipeOf({
    data: 'demo',
    columns: {},
    interval: '1d',
    symbol: undefined,
    name: 'small',
    rung: undefined,
    direction: { kind: 'forward-return', horizonBars: 1 },
    risk: { kind: 'large-move', horizonBars: 1, quantile: 0.8 },
    holdoutShare: 0.2,
    costPerSide: 0,
  });
  if (!recipe.ok) throw new Error(recipe.error);
  const { source } = recipe.value;
  return { ...recipe.value, source: { ...source, bars: source.bars.slice(0, 1_000) }, ...changed };
}

/** One feature set, two trials, one outer fold. */
export const smallSettings: FactorySettings = {
  trials: 2,
  trialsInBatch: 2,
  sampler: 'random',
  selection: 'none',
  innerFolds: 2,
  outerFolds: 1,
  smoothedRows: 2_000,
  searchesForms: false,
};

export function learningOf(recipe: Recipe): Learning {
  const learning = prepareLearning(recipe);
  if (!learning.ok) throw new Error(learning.error);
  return learning.value;
}

/** Everything that the line takes, in this thread, by a clock that is never over; every look is a first one. */
export const smallMaking = (recipe: Recipe, changed: Partial<Making> = {}): Making => ({
  recipe,
  learning: learningOf(recipe),
  settings: smallSettings,
  seed: 1,
  executor: createInlineExecutor(),
  clock: { isOver: () => false },
  onStage: () => undefined,
  incumbent: undefined,
  look: async (key, candidate) => ({
    ok: true,
    value: { kind: 'look', ...key, candidate, index: 1, alpha: spentAlpha(0.05, 1) },
  }),
  signingKey: testKey,
  codeCommit: 'of the test',
  ...changed,
});

export async function made(making: Making): Promise<MadeModel> {
  const model = await makeModel(making);
  if (!model.ok) throw new Error(model.error);
  return model.value;
}

export const manifestOf = ({ release }: MadeModel): Manifest => release.bundle.manifest;
