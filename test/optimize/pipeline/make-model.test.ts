import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/core/canonical-json.ts';
import { sha256Hex } from '../../../src/core/digest.ts';
import { subsetOf } from '../../../src/features/vector.ts';
import type { BundleDraft } from '../../../src/models/release.ts';
import { bundleDraft } from '../../../src/optimize/pipeline/bundle-draft.ts';
import {
  type Candidate,
  type TrainedCandidate,
  trainCandidate,
} from '../../../src/optimize/pipeline/make-candidate.ts';
import { type MadeModel, type Making, makeModel } from '../../../src/optimize/pipeline/make-model.ts';
import type { Recipe } from '../../../src/optimize/recipe.ts';
import { measurementsOf } from '../../../src/optimize/report/measurements.ts';
import type { HoldoutKey } from '../../../src/optimize/validation/holdout-ledger.ts';
import { learningOf, made, manifestOf, smallMaking, smallRecipe } from './small-making.ts';

const BETTER = 'better than what runs';

/** The recipe with other prices and volumes from the first bar of its holdout on. */
function withOtherHoldout(recipe: Recipe): Recipe {
  const { examples, holdout } = learningOf(recipe);
  const from = examples.barIndex[holdout[0] as number] as number;
  const bars = recipe.source.bars.map((bar, i) =>
    i < from
      ? bar
      : { ...bar, open: bar.low, close: i % 3 === 0 ? bar.high : bar.low, volume: bar.volume + i },
  );
  return { ...recipe, source: { ...recipe.source, bars } };
}

async function candidateOf(making: Making): Promise<TrainedCandidate> {
  const candidate = await trainCandidate(making);
  if (!candidate.ok) throw new Error(candidate.error);
  return candidate.value;
}

/** The small recipe over every fourth feature. */
async function fewFeatures(changed: Partial<Recipe>): Promise<Recipe> {
  const recipe = await smallRecipe(changed);
  const { indicators } = recipe.featureSet;
  // With those that planted returns hang on.
  const needed = ['sma_distance_50', 'bollinger_percent_b_20', 'ewma_volatility'];
  const names = indicators.map(({ name }) => name).filter((name, i) => i % 4 === 0 || needed.includes(name));
  const featureSet = subsetOf(recipe.featureSet, names);
  if (!featureSet.ok) throw new Error(featureSet.error);
  return { ...recipe, featureSet: featureSet.value };
}

const gateOf = ({ gates }: MadeModel, name: string) => gates.find((gate) => gate.name === name);

describe('makeModel', () => {
  let recipe: Recipe;
  let looks: { readonly key: HoldoutKey; readonly candidate: string }[];
  let making: Making;
  let first: MadeModel;
  let second: MadeModel;

  beforeAll(async () => {
    // Outcomes by the prices themselves: planted ones would tie the whole series together.
    recipe = await fewFeatures({ outcomes: { kind: 'market' } });
    looks = [];
    const firstLook = smallMaking(recipe).look;
    const look: Making['look'] = (key, candidate) => {
      looks.push({ key, candidate });
      return firstLook(key, candidate);
    };
    making = smallMaking(recipe, { look });
    first = await made(making);
    second = await made(smallMaking(withOtherHoldout(recipe), { look }));
  }, 120_000);

  it('gives the same model, policy and domain for the same seed, whatever the holdout shows', () => {
    expect(second.outcome.comparisons).not.toEqual(first.outcome.comparisons);
    expect(second.policy).toEqual(first.policy);
    expect(second.domain).toEqual(first.domain);
    expect(second.release.files.model).toEqual(first.release.files.model);
  });

  it('looks at the holdout once a candidate, and names it by what it would release', () => {
    expect(looks).toHaveLength(2);
    const { hash } = first.release.bundle;
    expect(looks[0]?.candidate).toBe(sha256Hex(canonicalJson({ bundle: hash, incumbent: null })));
    expect(looks[1]?.candidate).not.toBe(looks[0]?.candidate);
    const { examples, holdout } = making.learning;
    expect(looks[0]?.key).toEqual({
      series: `${recipe.symbols[0]}/1d`,
      dataSha256: recipe.source.sha256,
      fromMs: examples.atMs[holdout[0] as number],
      toMs: examples.atMs[holdout.at(-1) as number],
    });
  });

  it('serves what it measured: onnxruntime on the released bytes agrees to 10⁻⁶', () => {
    const gate = gateOf(first, 'the served graph is the model');
    expect(gate).toMatchObject({ passed: true, sense: 'at-most', bound: 1e-6 });
  });

  it('serves no form whose answer depends on the rows beside it', () => {
    expect(first.compressed.chosen.name).not.toBe('int8 dynamic');
    expect(first.compressed.refusals.get('int8 dynamic')).toContain(
      'what it says of a row depends on the rows beside it',
    );
  });

  it('waives what a test bundle gains and still holds it to its form', () => {
    expect(manifestOf(first).purpose).toBe('test');
    const waived = first.gates.filter((gate) => gate.waived);
    expect(waived.map(({ name }) => name)).toContain(BETTER);
    expect(waived.every(({ passed }) => passed)).toBe(true);
    expect(gateOf(first, 'acts')?.waived).not.toBe(true);
    expect(first.isReleased).toBe(first.gates.every(({ passed }) => passed));
  });

  it('says in the lineage how to make the bytes again', () => {
    const { lineage } = manifestOf(first);
    expect(lineage).toMatchObject({
      seed: 1,
      recipe: 'small',
      codeCommit: 'of the test',
      trials: 2,
      reproducible: true,
    });
    expect(lineage.parameters).toMatchObject({
      barsSha256: sha256Hex(canonicalJson(recipe.source.bars)),
      'direction.target': 'forward-return:1',
      'risk.target': 'large-move:1:0.8',
      sampler: 'random',
      selection: 'none',
      innerFolds: 2,
      outerFolds: 1,
      trialsInBatch: 2,
      holdoutShare: 0.2,
      costPerSide: 0,
      compression: first.compressed.chosen.name,
    });
    for (const { head, search } of first.trained.heads) {
      expect(lineage.parameters[`${head.name}.epochs`]).toBe(search.epochs);
      expect(lineage.parameters[`${head.name}.trees`]).toBe(search.trees);
      for (const [name, value] of Object.entries(search.point)) {
        expect(lineage.parameters[`${head.name}.${name}`]).toBe(value);
      }
    }
  });

  it('keeps what was measured out of the manifest', () => {
    const measured = measurementsOf(first);
    expect(measured).toMatchObject({
      holdoutExamples: making.learning.holdout.length,
      holdoutLook: 1,
      holdoutCoverage: expect.any(Number),
      directionCalibrationError: expect.any(Number),
      directionAuc: expect.any(Number),
      riskGain: expect.any(Number),
    });
    const manifest = first.release.files.manifest;
    for (const [name, value] of Object.entries(measured)) {
      expect(Number.isFinite(value), name).toBe(true);
      expect(manifest).not.toContain(name);
    }
  });

  it('refuses what is no better than what runs, with the numbers, when what runs is the same', async () => {
    const incumbent = first.release.bundle;
    const again = await made(
      smallMaking({ ...recipe, purpose: 'production' }, { incumbent, learning: making.learning }),
    );
    const gate = gateOf(again, BETTER);
    expect(gate).toMatchObject({ passed: false, sense: 'at-least', bound: 1, statistic: 0 });
    expect(gate?.detail).toContain(incumbent.version);
    for (const { gain } of again.comparisons) expect(Math.abs(gain)).toBeLessThan(0.02);
    expect(gateOf(again, 'not shown to earn less than what runs')?.statistic).toBeCloseTo(0, 9);
    expect(again.isReleased).toBe(false);
    expect(again.release.bundle.model).toEqual(incumbent.model);
  });

  it('looks at nothing when the candidate is what runs', async () => {
    const count = looks.length;
    const again = await makeModel({ ...making, incumbent: first.release.bundle });
    expect(again).toEqual({ ok: false, error: expect.stringContaining('runs already') });
    expect(looks).toHaveLength(count);
  });
});

describe('trainCandidate', () => {
  it('gives other parameters for another seed', async () => {
    const recipe = await fewFeatures({ risk: undefined });
    const one = await candidateOf(smallMaking(recipe));
    const again = await candidateOf(smallMaking(recipe));
    const other = await candidateOf(smallMaking(recipe, { seed: 2 }));
    expect(again).toEqual(one);
    expect(other.trained.ensemble).not.toEqual(one.trained.ensemble);
  });

  it('marks a run that the clock cut as not reproducible', async () => {
    const recipe = await fewFeatures({ risk: undefined });
    const reproducible = async (isOver: boolean): Promise<BundleDraft['lineage']['reproducible']> => {
      const making = smallMaking(recipe, { clock: { isOver: () => isOver } });
      const trained = await candidateOf(making);
      const compressed = { chosen: { name: 'f32' } } as Candidate['compressed'];
      return bundleDraft(making, { ...trained, compressed }, new Uint8Array()).lineage.reproducible;
    };
    expect(await reproducible(true)).toBe(false);
    expect(await reproducible(false)).toBe(true);
  });

  it('says on which rung of the ladder it may stand in, where it was made for one', async () => {
    const recipe = await fewFeatures({ risk: undefined });
    const making = smallMaking(recipe);
    const trained = await candidateOf(making);
    const candidate = { ...trained, compressed: { chosen: { name: 'f32' } } as Candidate['compressed'] };
    const draftOf = (changed: Partial<Recipe>): BundleDraft =>
      bundleDraft({ ...making, recipe: { ...recipe, ...changed } }, candidate, new Uint8Array());
    expect(draftOf({ purpose: 'production', rung: 'light' }).rung).toBe('light');
    expect(draftOf({})).not.toHaveProperty('rung');
  });
});
