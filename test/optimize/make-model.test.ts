import { describe, expect, it } from 'vitest';
import { createOrtEngine } from '../../src/inference/ort.ts';
import { createInterpreter } from '../../src/onnx/interpreter.ts';
import { decodeModel } from '../../src/onnx/model-proto.ts';
import { buildExamples } from '../../src/optimize/data/examples.ts';
import { makeModel } from '../../src/optimize/make-model.ts';
import type { Recipe } from '../../src/optimize/recipe.ts';
import { testKey } from '../models/constant-draft.ts';
import { smallRecipe } from './small-recipe.ts';

async function make(recipe: Recipe, seed = 1) {
  const made = await makeModel({
    recipe,
    seed,
    signingKey: testKey,
    codeCommit: 'of the test',
    others: [],
    progress: () => {},
  });
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

describe('makeModel', () => {
  it('gives the same bytes for the same seed and others for another', async () => {
    const first = await make(smallRecipe(1));
    const again = await make(smallRecipe(1));
    const other = await make(smallRecipe(2), 2);
    expect(again.release.files).toEqual(first.release.files);
    expect(again.report).toEqual(first.report);
    expect(other.release.files.model).not.toEqual(first.release.files.model);
  });

  it('learns nothing from the test part: other prices there change neither model nor policy', async () => {
    const recipe = smallRecipe(1);
    const { windowBars } = recipe.featureSet;
    const examples = buildExamples(recipe.source.bars, recipe.featureSet, recipe.horizonBars);
    const testStart = windowBars - 1 + Math.floor(examples.count * 0.8);
    const bars = recipe.source.bars.map((bar, i) =>
      i < testStart ? bar : { ...bar, open: bar.low, close: bar.high },
    );
    const first = await make(recipe);
    const second = await make({ ...recipe, source: { ...recipe.source, bars } });
    const before = first.release.bundle;
    const after = second.release.bundle;
    expect(after.model).toEqual(before.model);
    expect(after.manifest.policy).toEqual(before.manifest.policy);
    expect(after.manifest.domain).toEqual(before.manifest.domain);
    expect(second.report.parts.test).not.toEqual(first.report.parts.test);
  });

  it('exports what it trained: onnxruntime on the f32 graph agrees with the parameters to 10⁻⁶', async () => {
    const { report } = await make(smallRecipe(1));
    expect(report.quantization.exportDifferenceMax).toBeLessThan(1e-6);
  });

  it('quantizes without turning BUY into SELL, flipping at most 3 % of actions', async () => {
    const { report } = await make(smallRecipe(1));
    expect(report.quantization.oppositeFlips).toBe(0);
    expect(report.quantization.flipShare).toBeLessThan(0.03);
    expect(report.quantization.scoreDifferenceMax).toBeLessThan(0.01);
  });

  it('releases a quantized graph on which onnxruntime and the reference interpreter agree to 10⁻⁶', async () => {
    const recipe = smallRecipe(1);
    const { bundle } = (await make(recipe)).release;
    expect(bundle.manifest.model.quantization).toBe('int8');
    const { features, count, featureCount } = buildExamples(recipe.source.bars, recipe.featureSet, 1);
    const { inputName, outputName } = bundle.manifest.model;
    const decoded = decodeModel(bundle.model);
    const interpreter = decoded.ok ? createInterpreter(decoded.value) : decoded;
    if (!interpreter.ok) throw new Error(interpreter.error);
    const input = new Map([[inputName, { dims: [count, featureCount], values: features }]]);
    const expected = interpreter.value.run(input).get(outputName)?.values;
    const probe = Float32Array.from(bundle.manifest.domain.baseline);
    const engine = createOrtEngine({});
    const runnable = await engine.prepare({
      bytes: bundle.model,
      inputName,
      outputName,
      featureCount,
      headCount: 1,
      probe,
    });
    if (!runnable.ok) throw new Error(runnable.error.detail);
    const scores = await runnable.value.run(features, count);
    const differences = scores.ok
      ? scores.value.map((score, i) => Math.abs(score - (expected?.[i] ?? 1)))
      : [1];
    expect(Math.max(...differences)).toBeLessThan(1e-6);
  });
});
