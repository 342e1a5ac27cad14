import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../src/client/client.ts';
import type { Release } from '../../src/models/release.ts';
import { otherKey } from '../models/constant-draft.ts';
import { released } from '../models/stored-registry.ts';
import { composeService } from './composed-service.ts';

const shipped = released(0.5, { name: 'coin' });
const first = released(1, { name: 'coin' });
const second = released(2, { name: 'coin' });

let service: Awaited<ReturnType<typeof composeService>>;
let isolate: Awaited<ReturnType<Awaited<ReturnType<typeof composeService>>['isolate']>>;
let operator: Client;
let approver: Client;

beforeEach(async () => {
  service = await composeService({ coin: shipped.files });
  isolate = await service.isolate();
  operator = isolate.client(service.keys.operate);
  approver = isolate.client(service.keys.approve);
});
afterEach(() => service.close());

const upload = ({ files }: Pick<Release, 'files'>) => ({
  manifest: files.manifest,
  signature: files.signature,
  model: Buffer.from(files.model).toString('base64'),
  reason: 'better on the holdout',
});
const request = (release: Release, reason = 'it was judged') => ({ bundleHash: release.bundle.hash, reason });
const promote = (client: Client, release: Release) => client.setAlias('coin', 'production', request(release));

async function promoted(release: Release): Promise<void> {
  expect(await operator.uploadModel(upload(release))).toMatchObject({ kind: 'ok' });
  expect(await promote(approver, release)).toMatchObject({ kind: 'ok' });
}

/** The version that answers, once the isolate was told by a decision and has followed. */
async function answeredVersion(): Promise<string> {
  const client = isolate.client(service.keys.decide);
  const decided = await client.decide({ symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 } });
  return decided.kind === 'ok' ? decided.value.model.version : JSON.stringify(decided);
}

const entries = async () => {
  const { rows } = await service.database.client.execute(
    "SELECT verb, key_id, target, record FROM audit_entries WHERE verb IN ('register-model', 'set-alias') ORDER BY ordinal",
  );
  return rows.map(({ verb, key_id, target, record }) => ({
    verb,
    key_id,
    target,
    ...JSON.parse(String(record)),
  }));
};

const problem = (status: number, code: string) => ({ kind: 'problem', status, problem: { code } });

describe('POST /v1/models', () => {
  it('registers a bundle that is in force nowhere yet, and leaves an audit entry', async () => {
    const reply = await operator.uploadModel(upload(first));
    expect(reply).toMatchObject({
      kind: 'ok',
      status: 201,
      value: {
        hash: first.bundle.hash,
        version: first.bundle.version,
        name: 'coin',
        uploadedBy: 'local-operate',
      },
    });
    expect(await answeredVersion()).toBe(shipped.bundle.version);
    expect(await entries()).toMatchObject([
      {
        verb: 'register-model',
        key_id: 'local-operate',
        target: 'model:coin',
        reason: 'better on the holdout',
        clientAddress: '192.0.2.1',
        after: { bundleHash: first.bundle.hash },
      },
    ]);
  });

  it('takes the same bundle again without a second row or entry', async () => {
    await operator.uploadModel(upload(first));
    expect(await operator.uploadModel(upload(first))).toMatchObject({ kind: 'ok', status: 200 });
    expect(await entries()).toHaveLength(1);
  });

  const { files } = first;
  const unlike = files.model.map((byte, i) => (i === 40 ? byte ^ 1 : byte));
  it.each<[string, string, object]>([
    ['a truncated model', 'WRONG_SIZE', { model: Buffer.from(files.model.slice(0, -9)).toString('base64') }],
    ['another model', 'WRONG_HASH', { model: Buffer.from(unlike).toString('base64') }],
    ['a stranger’s signature', 'WRONG_SIGNATURE', { signature: released(1, {}, otherKey).files.signature }],
    ['no manifest', 'BAD_MANIFEST', { manifest: '{}' }],
  ])('refuses %s by name, and writes nothing', async (_, code, changed) => {
    expect(await operator.uploadModel({ ...upload(first), ...changed })).toMatchObject({
      ...problem(422, 'BUNDLE_REFUSED'),
      problem: { code: 'BUNDLE_REFUSED', errors: [{ code }] },
    });
    expect(await entries()).toEqual([]);
    expect(await answeredVersion()).toBe(shipped.bundle.version);
  });

  it('refuses a body of 100 MB before it is read, what is no base64, and keys without the scope', async () => {
    const headers = { authorization: service.keys.operate, 'content-length': String(100 * 1024 * 1024) };
    const large = await isolate.ask('/v1/models', { method: 'POST', headers, body: '{}' });
    expect(large.status).toBe(413);
    expect(await operator.uploadModel({ ...upload(first), model: '*' })).toMatchObject(
      problem(422, 'INVALID_REQUEST'),
    );
    expect(await approver.uploadModel(upload(first))).toMatchObject(problem(403, 'SCOPE_MISSING'));
  });
});

describe('PUT /v1/models/{name}/aliases/{alias}', () => {
  it('promotes what another key uploaded, which every isolate then answers by', async () => {
    const other = await service.isolate();
    await promoted(first);
    await expect.poll(answeredVersion, { timeout: 5_000 }).toBe(first.bundle.version);
    isolate = other;
    await expect.poll(answeredVersion, { timeout: 5_000 }).toBe(first.bundle.version);
    expect((await entries()).at(-1)).toMatchObject({
      verb: 'set-alias',
      key_id: 'local-approve',
      target: 'model:coin/production',
      before: { bundleHash: shipped.bundle.hash },
      after: { bundleHash: first.bundle.hash, registryEpoch: 1, isRollback: false },
    });
  });

  it('needs a second person: neither who may only operate, nor who uploaded it', async () => {
    const both = isolate.client(await service.person('both', ['operate', 'approve']));
    await both.uploadModel(upload(first));
    expect(await promote(both, first)).toMatchObject(problem(403, 'SECOND_PERSON_NEEDED'));
    const made = await both.createKey({
      ...{ id: 'mine', account: 'local', scopes: ['approve'], ratePerSecond: 1, burst: 1, reason: 'a drill' },
    });
    if (made.kind !== 'ok' || !('secret' in made.value)) throw new Error(JSON.stringify(made));
    const mine = isolate.client(`Bearer mine.${made.value.secret}`);
    expect(await promote(mine, first), 'by a second key').toMatchObject(problem(403, 'SECOND_PERSON_NEEDED'));
    expect(await promote(operator, first)).toMatchObject(problem(403, 'SECOND_PERSON_NEEDED'));
    expect(await promote(isolate.client(service.keys.trade), first)).toMatchObject(
      problem(403, 'SCOPE_MISSING'),
    );
    expect(await entries()).toHaveLength(1);
    expect(await promote(approver, first)).toMatchObject({ kind: 'ok', value: { registryEpoch: 1 } });
  });

  it('rolls back by one person, a step at a time, down to what the deployment ships', async () => {
    await promoted(first);
    await promoted(second);
    expect(await promote(operator, shipped), 'two steps').toMatchObject(problem(422, 'UNKNOWN_BUNDLE'));
    expect(await promote(operator, first)).toMatchObject({ kind: 'ok', value: { registryEpoch: 3 } });
    expect(await promote(operator, shipped)).toMatchObject({ kind: 'ok', value: { registryEpoch: 4 } });
    await expect.poll(answeredVersion, { timeout: 5_000 }).toBe(shipped.bundle.version);
    expect((await entries()).at(-1)).toMatchObject({ key_id: 'local-operate', after: { isRollback: true } });
  });

  it('does not let one person bring back what was rolled back', async () => {
    await promoted(first);
    await promoted(second);
    await promote(operator, first);
    expect(await promote(operator, second)).toMatchObject(problem(403, 'SECOND_PERSON_NEEDED'));
    expect(await promote(approver, second)).toMatchObject({ kind: 'ok' });
  });

  it('writes nothing for what is in force already, for what nobody uploaded, and under another name', async () => {
    await promoted(first);
    expect(await promote(approver, first)).toMatchObject({ kind: 'ok', value: { registryEpoch: null } });
    expect(await promote(approver, second)).toMatchObject(problem(422, 'UNKNOWN_BUNDLE'));
    const elsewhere = await approver.setAlias('other', 'production', request(first));
    expect(elsewhere).toMatchObject(problem(422, 'UNKNOWN_BUNDLE'));
    expect(await entries()).toHaveLength(2);
  });

  it('refuses what the store has lost or changed since, by name', async () => {
    await operator.uploadModel(upload(first));
    await service.database.client.executeMultiple(
      'DROP TRIGGER bundle_models_no_update; UPDATE bundle_models SET content = substr(content, 2);',
    );
    expect(await promote(approver, first)).toMatchObject({
      problem: { code: 'BUNDLE_REFUSED', errors: [{ code: 'WRONG_SIZE' }] },
    });
    expect(await answeredVersion()).toBe(shipped.bundle.version);
  });

  it('of two that change it at once lets one through', async () => {
    await operator.uploadModel(upload(first));
    await operator.uploadModel(upload(second));
    const replies = await Promise.all([promote(approver, first), promote(approver, second)]);
    const statuses = replies.map((reply) => (reply.kind === 'unreachable' ? 0 : reply.status));
    expect(statuses.toSorted()).toEqual([200, 409]);
    expect(replies.find(({ kind }) => kind === 'problem')).toMatchObject(problem(409, 'REGISTRY_MOVED'));
    expect(await entries(), 'and leaves no entry of the other').toHaveLength(3);
  });
});

describe('an isolate that cannot read a registry that there is', () => {
  it('holds, rather than answer by what it ships, and answers once it could', async () => {
    await promoted(first);
    let isDown = true;
    isolate = await service.isolate({ isCut: (body) => isDown && body.includes('GROUP BY name, alias') });
    const client = isolate.client(service.keys.decide);
    const ask = { symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 } };
    const held = await client.decide(ask);
    expect(held).toMatchObject({
      kind: 'ok',
      value: { action: 'HOLD', holdKind: 'safety', reasons: [{ code: 'CONTROL_UNAVAILABLE' }] },
    });
    isDown = false;
    await expect.poll(answeredVersion, { timeout: 5_000 }).toBe(first.bundle.version);
    expect(await client.decide(ask)).toMatchObject({ value: { action: 'BUY' } });
  });

  it('refuses a model by name whose bundle is broken in the store, and serves no other in its place', async () => {
    await promoted(first);
    await service.database.client.executeMultiple(
      'DROP TRIGGER bundle_models_no_update; UPDATE bundle_models SET content = substr(content, 2);',
    );
    isolate = await service.isolate();
    const client = isolate.client(service.keys.decide);
    const features = { log_return_5: 0.1, rsi_3: 0.2 };
    for (const ask of [
      { symbol: 'DEMO', features },
      { symbol: 'DEMO', model: 'coin', features },
    ])
      expect(await client.decide(ask)).toMatchObject(problem(503, 'MODEL_UNAVAILABLE'));
  });
});

describe('GET /v1/models', () => {
  it('tells the registry’s epoch, the aliases in force and what was uploaded', async () => {
    const observer = isolate.client(service.keys.observe);
    expect(await observer.models()).toMatchObject({ value: { registryEpoch: 0, aliases: [], bundles: [] } });
    await promoted(first);
    await operator.uploadModel(upload(second));
    expect(await observer.models()).toMatchObject({
      kind: 'ok',
      value: {
        registryEpoch: 1,
        aliases: [
          { name: 'coin', alias: 'production', bundleHash: first.bundle.hash, changedBy: 'local-approve' },
        ],
        bundles: expect.arrayContaining([
          expect.objectContaining({ hash: second.bundle.hash, purpose: 'test', symbols: ['DEMO'] }),
        ]),
      },
    });
    expect(await operator.models()).toMatchObject(problem(403, 'SCOPE_MISSING'));
  });
});
