import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../src/client/client.ts';
import { breakerSettings } from '../../src/control/breakers/breaker-settings.ts';
import { dailyV1 } from '../../src/features/daily-v1.ts';
import { subsetOf } from '../../src/features/vector.ts';
import { type Release, releaseBundle } from '../../src/models/release.ts';
import { GraphBuilder } from '../../src/onnx/graph-builder.ts';
import { encodeModel } from '../../src/onnx/model-proto.ts';
import { constantDraft, testKey } from '../models/constant-draft.ts';
import { released } from '../models/stored-registry.ts';
import { composeService } from './composed-service.ts';

const { failures } = breakerSettings.decision;
const well = { symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 } };
/** Its score is no probability: the model fails on it. */
const fatal = { symbol: 'DEMO', features: { log_return_5: 0.9, rsi_3: 0.9 } };

/** A model that fails where its inputs' sum leaves [−0.5, 0.5]: a half more than that sum is its score. */
function sumModel(): Release {
  const features = subsetOf(dailyV1, ['log_return_5', 'rsi_3']);
  if (!features.ok) throw new Error(features.error);
  const graph = new GraphBuilder('sum');
  const x = graph.floatInput('features', ['batch', 2]);
  const ones = graph.constant('ones', { dims: [2, 1], values: Float32Array.of(1, 1) });
  const half = graph.constant('half', { dims: [1], values: Float32Array.of(0.5) });
  graph.floatOutput(graph.node('Add', 'score', [graph.node('MatMul', 'sum', [x, ones]), half]), ['batch', 1]);
  const draft = constantDraft({ model: encodeModel(graph.build()) }, { featureSet: features.value });
  const release = releaseBundle(draft, testKey);
  if (!release.ok) throw new Error(release.error);
  return release.value;
}

const full = sumModel();
const light = released(2, { purpose: 'production', rung: 'light' });
const ungated = released(2, { purpose: 'production' });

let service: Awaited<ReturnType<typeof composeService>>;
let isolate: Awaited<ReturnType<Awaited<ReturnType<typeof composeService>>['isolate']>>;
let decider: Client;
beforeEach(async () => {
  service = await composeService({ coin: full.files });
  isolate = await service.isolate();
  decider = isolate.client(service.keys.decide);
});
afterEach(() => service.close());

async function upload({ files }: Release): Promise<void> {
  const model = Buffer.from(files.model).toString('base64');
  const { manifest, signature } = files;
  const operator = isolate.client(service.keys.operate);
  const reply = await operator.uploadModel({ manifest, signature, model, reason: 'it passed its gates' });
  expect(reply).toMatchObject({ kind: 'ok' });
}

const stand = ({ bundle }: Release, alias: 'light' | 'rules', key = service.keys.approve) =>
  isolate.client(key).setAlias('coin', alias, { bundleHash: bundle.hash, reason: 'it may stand in' });

async function breakFull(): Promise<void> {
  for (let call = 0; call < failures; call += 1) {
    expect(await decider.decide(fatal)).toMatchObject({
      kind: 'ok',
      value: { action: 'HOLD', mode: 'FULL', reasons: [{ code: 'MODEL_FAILED' }] },
    });
  }
}

describe('the ladder of a whole service', () => {
  it('is one rung and HOLD where nothing was put in force', async () => {
    expect(await decider.decide(well)).toMatchObject({ kind: 'ok', value: { action: 'BUY', mode: 'FULL' } });
    await breakFull();
    expect(await decider.decide(well)).toMatchObject({
      kind: 'ok',
      value: { action: 'HOLD', mode: 'HOLD', reasons: [{ code: 'BREAKER_OPEN' }] },
    });
    const { parts } = await (await isolate.ask('/readyz')).json();
    expect(parts.models.served).toMatchObject([{ name: 'coin', rungs: [] }]);
    expect(parts.breakers.states).toMatchObject({ decision: 'open', 'decision-light': 'closed' });
  });

  it('takes no bundle as a rung that was not released for it, and none from one person alone', async () => {
    await upload(ungated);
    await upload(light);
    const refused = { kind: 'problem', status: 422, problem: { code: 'BUNDLE_REFUSED' } };
    expect(await stand(ungated, 'light')).toMatchObject(refused);
    expect(await stand(light, 'rules')).toMatchObject(refused);
    expect(await stand(light, 'light', service.keys.operate)).toMatchObject({
      kind: 'problem',
      problem: { code: 'SECOND_PERSON_NEEDED' },
    });
    expect(await stand(light, 'light')).toMatchObject({ kind: 'ok' });
  });

  it('answers from a released LIGHT while the model fails, and its records are replayed', async () => {
    await upload(light);
    expect(await stand(light, 'light')).toMatchObject({ kind: 'ok' });
    await expect
      .poll(async () => {
        await decider.decide(well);
        return (await (await isolate.ask('/readyz')).json()).parts.models.served;
      })
      .toMatchObject([{ name: 'coin', rungs: [{ rung: 'light', version: light.bundle.version }] }]);
    await breakFull();
    const answered = await decider.decide({ ...well, durability: 'ack' });
    expect(answered).toMatchObject({
      kind: 'ok',
      value: { action: 'BUY', mode: 'LIGHT', model: { name: 'coin', version: light.bundle.version } },
    });
    const id = answered.kind === 'ok' ? answered.value.id : '';
    const observer = isolate.client(service.keys.observe);
    expect(await observer.decision(id)).toMatchObject({
      kind: 'ok',
      value: { record: { bundleHash: light.bundle.hash, answer: { mode: 'LIGHT' } } },
    });
    expect(await observer.replay(id)).toMatchObject({ kind: 'ok', value: { same: true, deviations: [] } });
  });

  it('gives a test bundle no rung: its gates were waived', () => {
    const draft = constantDraft({ purpose: 'test', rung: 'light' });
    expect(releaseBundle(draft, testKey)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/waived/),
    });
  });
});
