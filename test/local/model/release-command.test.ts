import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ed25519PublicKey } from '../../../src/core/ed25519.ts';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { createOrtEngine } from '../../../src/inference/ort.ts';
import { ROOT } from '../../../src/local/build-worker.ts';
import { readModelFile } from '../../../src/local/model/model-file.ts';
import { openOrt } from '../../../src/local/model/raw-engines.ts';
import { loadShippedModels } from '../../../src/models/shipped-models.ts';
import { GraphBuilder } from '../../../src/onnx/graph-builder.ts';
import { encodeModel } from '../../../src/onnx/model-proto.ts';
import { testKey } from '../../models/constant-draft.ts';
import { labelledRows } from './labelled-rows.ts';

const dir = mkdtempSync(join(tmpdir(), 'ultrathink-release-'));
afterAll(() => rmSync(dir, { recursive: true }));

const fixture = (name: string): string => join(ROOT, 'test/fixtures/onnx', `${name}.onnx`);
/** Not in the set's order, as somebody else's columns are. */
const names = ['rsi_14', 'log_return_1', 'volume_z_score_21', 'log_return_5', 'atr_14', 'high_low_range'];

function written(name: string, text: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

function release(...args: readonly string[]) {
  const script = join(ROOT, 'src/local/model.ts');
  const env = { ...process.env, BUNDLE_SIGNING_KEY: testKey };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, 'release', ...args], {
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}

const said = (rows: string, features = names): readonly string[] => [
  ...['--features', features.join(','), '--symbols', 'DEMO', '--interval', '1d', '--calendar', '24x7'],
  ...['--target', 'the next close is higher', '--rows', rows, '--out', dir],
];

async function served(name: string) {
  const file = (part: string) => join(dir, name, part);
  const models = await loadShippedModels({
    names: [name],
    bundles: {
      [name]: {
        manifest: readFileSync(file('manifest.json'), 'utf8'),
        signature: readFileSync(file('signature.json'), 'utf8'),
        model: new Uint8Array(readFileSync(file('model.onnx'))),
      },
    },
    publicKeys: [ed25519PublicKey(testKey)],
    engine: createOrtEngine({}),
    allowTestBundles: true,
  });
  if (!models.ok) throw new Error(models.error.join());
  const [model] = models.value;
  if (!model) throw new Error('not served');
  return model;
}

describe('a model from elsewhere, released', () => {
  it.each([
    ['sklearn-logistic-2', 1],
    ['sklearn-boosting-2', 1],
    ['lightgbm-2', 1],
    ['xgboost-2', 1],
    ['torch-mlp', 0],
  ])('is served: %s gives what its own file says, its columns in its own order', async (name, column) => {
    const path = fixture(name);
    const rows = written(`${name}.csv`, await labelledRows(path, names, column));
    const { status, stderr } = release(path, ...said(rows));
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const model = await served(name);
    const { features, lineage, purpose } = model.bundle.manifest;
    expect(purpose).toBe('test');
    expect(lineage).toMatchObject({ reproducible: false, parameters: { trials: 'unknown' } });
    const random = new SeededRandom(3);
    const own = Float32Array.from(names, () => random.normal());
    const inSetOrder = Float32Array.from(features.names, (feature) => own[names.indexOf(feature)] ?? NaN);
    const file = readModelFile(path);
    const engine = file.ok ? await openOrt(file.value, file.value.outputs.at(-1) ?? '') : file;
    if (!engine.ok) throw new Error('it does not open');
    const scores = await model.runnable.run(inSetOrder, 1);
    expect(scores.ok && Array.from(scores.value)).toEqual([(await engine.value.run(own, 1))[column]]);
  });

  it('states the domain of its rows, a policy by their scores, and how far these are probabilities', async () => {
    const path = fixture('sklearn-logistic-2');
    const rows = written('some.csv', await labelledRows(path, names, 1));
    expect(release(path, ...said(rows), '--name', 'some', '--acting-share', '0.2').status).toBe(0);
    const { manifest } = (await served('some')).bundle;
    const firstOf = (column: number) =>
      readFileSync(rows, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => Number(line.split(',')[column]));
    expect(manifest.domain.max[0]).toBeCloseTo(Math.max(...firstOf(names.indexOf('log_return_1'))), 5);
    expect(manifest.policy.buyAtLeast).toBeGreaterThan(manifest.policy.sellAtMost);
    expect(manifest.data).toMatchObject({ rows: 400, from: '2020-01-02', to: '2020-01-02' });
    const measured = JSON.parse(readFileSync(join(dir, 'some', 'measurements.json'), 'utf8'));
    expect(Math.abs(measured['direction.calibrationZ'])).toBeLessThan(3.29);
  });

  it('is refused where its scores are no probabilities of what came', async () => {
    const path = fixture('sklearn-logistic-2');
    const rows = await labelledRows(path, names, 1);
    const flipped = rows.replaceAll(/,([01]),2020/g, (_, label) => `,${1 - Number(label)},2020`);
    const { status, stderr } = release(path, ...said(written('flipped.csv', flipped)), '--name', 'flipped');
    expect(status).toBe(3);
    expect(stderr).toContain("Spiegelhalter's z");
  });

  it('says that its calibration was not measured where nobody has labels', async () => {
    const path = fixture('torch-logistic');
    const rows = (await labelledRows(path, names, 0)).split('\n').map((line) => line.split(',').slice(0, 6));
    const bare = written('bare.csv', rows.join('\n'));
    const refused = release(path, ...said(bare));
    expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining('no column label') });
    expect(release(path, ...said(bare), '--labels', 'none').status).toBe(0);
    const { lineage, data } = (await served('torch-logistic')).bundle.manifest;
    expect(lineage.parameters['calibration']).toBe('not measured');
    expect(data.from).toBe('unknown');
  });
});

describe('what cannot be released is refused with its reason', () => {
  it('lists everything at once that was not said', () => {
    const { status, stderr } = release(fixture('torch-mlp'));
    expect(status).toBe(2);
    for (const name of ['features', 'symbols', 'interval', 'calendar', 'target', 'rows'])
      expect(stderr).toContain(`--${name} is not said`);
  });

  it.each([
    [
      'a feature that the service does not compute',
      'torch-mlp',
      [...names.slice(1), 'moon_phase'],
      'moon_phase',
    ],
    ['fewer names than columns', 'torch-mlp', names.slice(1), 'its input has 6 columns'],
    ['a regressor, whose output is no probability', 'sklearn-linear', names, 'not-a-probability'],
    ['three classes, of which nobody said which is up', 'torch-mlp-3', names, 'say --columns'],
  ])('%s', async (_, model, features, reason) => {
    const rows = written('rows.csv', await labelledRows(fixture('torch-mlp'), names, 0));
    const { status, stderr } = release(fixture(model), ...said(rows, features));
    expect(status).toBe(3);
    expect(stderr).toContain(reason);
  });

  it.each([
    ['is no number', 'x', "'x' is no finite number"],
    ['is missing', '', "'' is no finite number"],
  ])('a row whose value %s', async (_, cell, reason) => {
    const rows = (await labelledRows(fixture('torch-mlp'), names, 0)).split('\n');
    rows[2] = (rows[2] ?? '').replace(/^[^,]*/, cell);
    const { stderr } = release(fixture('torch-mlp'), ...said(written('holes.csv', rows.join('\n'))));
    expect(stderr).toContain(`row 3: ${reason}`);
  });
});

describe('a model that the kernel does not know', () => {
  it('is released for onnxruntime-web, and says which node it was', () => {
    const graph = new GraphBuilder('g');
    const x = graph.floatInput('x', ['n', 1]);
    graph.floatOutput(graph.node('Sigmoid', 'y', [graph.node('Erf', 'e', [x])]), ['n', 1]);
    const path = written('erf.onnx', encodeModel(graph.build()));
    const rows = written('erf.csv', 'rsi_14\n0.1\n0.9\n');
    const { status, stdout } = release(path, ...said(rows, ['rsi_14']), '--labels', 'none');
    expect(status).toBe(0);
    expect(stdout).toContain(
      "ort: the configuration chose kernel-or-ort; the kernel does not run it: Erf 'e'",
    );
  });
});
