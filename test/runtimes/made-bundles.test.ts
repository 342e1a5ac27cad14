import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { fetchTransport } from '../../src/client/fetch-transport.ts';
import { wireBar } from '../../src/client/wire-bar.ts';
import { writeBundle } from '../../src/optimize/export/write-bundle.ts';
import { type MadeModel, makeModel } from '../../src/optimize/pipeline/make-model.ts';
import { prepareLearning } from '../../src/optimize/pipeline/prepare-learning.ts';
import { recipeOf } from '../../src/optimize/recipe-of.ts';
import { readRunOptions } from '../../src/optimize/run-options.ts';
import { noteLook } from '../../src/optimize/validation/look-at-holdout.ts';
import { testKey } from '../models/constant-draft.ts';
import { clusteredMarketCsv } from '../optimize/clustered-market.ts';
import { createInlineExecutor } from '../optimize/pipeline/inline-executor.ts';
import { launchedInTest } from './launched-in-test.ts';

const DAY_MS = 86_400_000;
const { dataDir, launch } = launchedInTest();

/** What the command makes of a file, written where a service takes it from, whatever the gates say of so little data. */
async function makeFrom(file: string, csv: string, further: readonly string[]) {
  const path = join(dataDir(), file);
  writeFileSync(path, csv);
  const least = ['--trials', '0', '--selection', 'none', '--folds', '0'];
  const options = readRunOptions(['--data', path, ...least, ...further], 1);
  if (!options.ok || options.value === 'help') throw new Error('not the options of a run');
  const recipe = await recipeOf(options.value.request);
  if (!recipe.ok) throw new Error(recipe.error);
  const learning = prepareLearning(recipe.value);
  if (!learning.ok) throw new Error(learning.error);
  const made = await makeModel({
    recipe: recipe.value,
    learning: learning.value,
    settings: options.value.settings,
    seed: 1,
    executor: createInlineExecutor(),
    clock: { isOver: () => false },
    onStage: () => undefined,
    incumbent: undefined,
    look: (key, candidate) => noteLook(join(dataDir(), 'ledger.jsonl'), key, candidate, 'now'),
    signingKey: testKey,
    codeCommit: 'of the test',
  });
  if (!made.ok) throw new Error(made.error);
  await writeBundle(join(dataDir(), 'bundles'), made.value.release, {});
  return { made: made.value, bars: recipe.value.source.bars.slice(-100) };
}

/** Features as a request may name them, within the bundle's domain. */
function featuresOf({ release }: MadeModel): Record<string, number> {
  const { features, domain } = release.bundle.manifest;
  return Object.fromEntries(features.names.map((name, i) => [name, domain.baseline[i] as number]));
}

describe('a start with a bundle that the factory made of somebody’s own file', () => {
  it('answers by bars and by features, though the file has closes alone and so fewer features', {
    timeout: 600_000,
  }, async () => {
    const endMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;
    const csv = clusteredMarketCsv({ seed: 1, count: 800, endMs, hasRange: false });
    const { made, bars } = await makeFrom('closes.csv', csv, ['--risk', 'none']);
    const { manifest, version } = made.release.bundle;
    expect(manifest.purpose).toBe('production');
    expect(manifest.features.names).not.toContain('volume_z_score_21');
    const launched = await launch({
      runtime: 'bun',
      args: ['--bundles', join(dataDir(), 'bundles'), '--models', 'closes-1d'],
      environment: { BUNDLE_SIGNING_KEY: testKey },
    });
    const { baseUrl, keys } = launched.service;
    const client = createClient({ baseUrl, authorization: keys.decide, transport: fetchTransport(fetch) });
    const byBars = await client.decide({ symbol: 'CLOSES', bars: bars.map(wireBar) });
    const byFeatures = await client.decide({ symbol: 'CLOSES', features: featuresOf(made) });
    const answer = { kind: 'ok', value: { model: { name: 'closes-1d', version }, mode: 'FULL' } };
    expect(byBars).toMatchObject(answer);
    expect(byFeatures).toMatchObject(answer);
  });
});
