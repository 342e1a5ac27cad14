import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { fetchTransport } from '../../src/client/fetch-transport.ts';
import { ROOT } from '../../src/local/build-worker.ts';
import { labelledRows } from '../local/model/labelled-rows.ts';
import { testKey } from '../models/constant-draft.ts';
import { launchedInTest } from './launched-in-test.ts';

const { dataDir, launch } = launchedInTest();
const names = ['rsi_14', 'log_return_1', 'volume_z_score_21', 'log_return_5', 'atr_14', 'high_low_range'];
const environment = { BUNDLE_SIGNING_KEY: testKey };

describe('a start with a bundle made of a scikit-learn model', () => {
  it('answers by its features on workerd, and by HOLD outside of the rows it was released with', {
    timeout: 120_000,
  }, async () => {
    const path = join(ROOT, 'test/fixtures/onnx/sklearn-forest-2.onnx');
    const rows = join(dataDir(), 'rows.csv');
    const bundles = join(dataDir(), 'bundles');
    writeFileSync(rows, await labelledRows(path, names, 1));
    const said = [
      '--features',
      names.join(','),
      '--symbols',
      'ABC',
      '--interval',
      '1d',
      '--calendar',
      'XNYS',
    ];
    const facts = ['--target', 'up', '--rows', rows, '--out', bundles, '--name', 'forest'];
    const script = join(ROOT, 'src/local/model.ts');
    const env = { ...process.env, ...environment };
    const released = spawnSync(process.execPath, [script, 'release', path, ...said, ...facts], { env });
    expect(released.status).toBe(0);
    const launched = await launch({ runtime: 'workerd', args: ['--bundles', bundles], environment });
    const { baseUrl, keys } = launched.service;
    const client = createClient({ baseUrl, authorization: keys.decide, transport: fetchTransport(fetch) });
    const features = Object.fromEntries(names.map((name) => [name, 0.1]));
    const model = { name: 'forest', engine: 'kernel' };
    const inside = await client.decide({ symbol: 'ABC', features });
    expect(inside).toMatchObject({ kind: 'ok', value: { model, mode: 'FULL' } });
    expect(inside.kind === 'ok' && inside.value.confidence).not.toBeNull();
    const outside = await client.decide({ symbol: 'ABC', features: { ...features, rsi_14: 1e6 } });
    expect(outside).toMatchObject({
      kind: 'ok',
      value: { action: 'HOLD', holdKind: 'abstain', reasons: [{ code: 'OUT_OF_DOMAIN' }] },
    });
  });
});
