import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { createOrtEngine } from '../../src/inference/ort.ts';
import { demoBars } from '../../src/local/demo-series.ts';
import { type Bundle, openBundle } from '../../src/models/bundle.ts';
import { servedFeatures } from '../../src/models/served-features.ts';
import { buildExamples } from '../../src/optimize/data/examples.ts';
import { insideDomain } from '../../src/optimize/measure/domain.ts';
import { scoredRows } from '../../src/optimize/measure/incumbent.ts';
import { policyActions } from '../../src/optimize/measure/policy-equity.ts';

/** What is deployed pins these, so a bundle signed by somebody's own key cannot be committed by mistake. */
const publicKeys = /^BUNDLE_PUBLIC_KEYS = "(.+)"$/m
  .exec(readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8'))?.[1]
  ?.split(',');

function shipped(name: string): Bundle {
  const file = (path: string): URL => new URL(`../../bundles/${name}/${path}`, import.meta.url);
  const files = {
    manifest: readFileSync(file('manifest.json'), 'utf8'),
    signature: readFileSync(file('signature.json'), 'utf8'),
    model: new Uint8Array(readFileSync(file('model.onnx'))),
  };
  const opened = openBundle(files, { publicKeys: publicKeys ?? [] });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

describe('the bundles in the tree', () => {
  it.each(['spx-1d', 'active'])('%s was trained on the features this build computes', (name) => {
    expect(servedFeatures(shipped(name).manifest)).toMatchObject({ ok: true });
  });

  it('mark the one that acts on purpose as a test', () => {
    expect(shipped('active').manifest.purpose).toBe('test');
    expect(shipped('spx-1d').manifest.purpose).toBe('production');
  });

  it.each(['spx-1d', 'active'])('%s saves seven tenths of its tables and flips few decisions', (name) => {
    const path = new URL(`../../bundles/${name}/measurements.json`, import.meta.url);
    const measured: Record<string, number> = JSON.parse(readFileSync(path, 'utf8'));
    expect(measured['compressionSaving']).toBeGreaterThanOrEqual(0.7);
    expect(measured['compressionFlipShare']).toBeLessThanOrEqual(0.005);
    expect(measured['compressionOpposites']).toBe(0);
    expect(measured['compressionActingShare']).toBeGreaterThanOrEqual(0.1);
    expect(measured['compressionAucLoss']).toBeLessThanOrEqual(0.002);
  });

  it.each([7, 1, 99])(
    'active acts on four in five bars of the demo series and more, on both sides (seed %i)',
    async (seed) => {
      const { manifest, model } = shipped('active');
      const bars = demoBars({ seed, endMs: Date.UTC(2027, 0, 1), count: 560 });
      const { features, count, featureCount } = buildExamples(bars, dailyV1, 1);
      const { inputName, outputName } = manifest.model;
      const probe = Float32Array.from(manifest.domain.baseline);
      const engine = createOrtEngine({});
      const runnable = await engine.prepare({
        bytes: model,
        inputName,
        outputName,
        featureCount,
        headCount: manifest.heads.length,
        probe,
      });
      const scores = runnable.ok ? await runnable.value.run(features, count) : runnable;
      if (!scores.ok) throw new Error(scores.error.detail);
      const inside = insideDomain(manifest.domain, features);
      const actions = policyActions(manifest.policy, scoredRows(scores.value, manifest.heads.length, inside));
      const shareOf = (wanted: string): number =>
        actions.filter((action) => action === wanted).length / count;
      expect(shareOf('HOLD')).toBeLessThan(0.2);
      expect(shareOf('BUY')).toBeGreaterThan(0.15);
      expect(shareOf('SELL')).toBeGreaterThan(0.15);
    },
  );
});
