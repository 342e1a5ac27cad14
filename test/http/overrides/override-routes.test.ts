import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EntryFacts } from '../../../src/audit/audit-entry.ts';
import type { Client } from '../../../src/client/client.ts';
import { dailyV1 } from '../../../src/features/daily-v1.ts';
import { subsetOf } from '../../../src/features/vector.ts';
import { type ApproveOverrideRequest, overrideSchema } from '../../../src/http/overrides/override-schemas.ts';
import { releaseBundle } from '../../../src/models/release.ts';
import { constantDraft, testKey } from '../../models/constant-draft.ts';
import { composeService } from '../composed-service.ts';
import { sleeper } from '../sleeper.ts';

const featureSet = subsetOf(dailyV1, ['log_return_5', 'rsi_3']);
if (!featureSet.ok) throw new Error(featureSet.error);
/** Says BUY of every row, at a risk of 0.880797, which is above its limit of 0.5. */
const risky = releaseBundle(
  constantDraft({ name: 'risky' }, { logits: [2, 2], featureSet: featureSet.value }),
  testKey,
);
if (!risky.ok) throw new Error(risky.error);
const bundles = { risky: risky.value.files };

const request = { symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 } };
type Terms = Omit<ApproveOverrideRequest, 'reason'>;
const terms: Terms = { account: 'local', symbol: 'DEMO', action: 'BUY', riskMax: 0.9, lifeSeconds: 60 };
const reason = 'seen by risk';
const problem = (status: number, code: string) => ({ kind: 'problem', status, problem: { code } });
const held = (outcome: string) => ({
  kind: 'ok',
  value: {
    ...{ action: 'HOLD', actionable: false, size: 0, override: { outcome } },
    reasons: [
      { code: 'RISK_ABOVE_LIMIT' },
      { code: 'OVERRIDE_REFUSED', detail: `the override is ${outcome}` },
    ],
  },
});

let service: Awaited<ReturnType<typeof composeService>>;
let isolate: Awaited<ReturnType<typeof service.isolate>>;
/** Two people, and the bot. */
let ann: Client;
let eve: Client;
let bot: Client;
const hanging = new Set<'redis' | 'database'>();
let cut = '';

beforeEach(async () => {
  service = await composeService(bundles);
  hanging.clear();
  cut = '';
  isolate = await service.isolate({
    hanging,
    isCut: (body) => cut !== '' && body.includes(cut),
    settings: { CONTROL_DEADLINE_MS_MAX: '100' },
  });
  ann = isolate.client(service.keys.approve);
  bot = isolate.client(service.keys.decide);
  eve = isolate.client(await service.person('eve', ['approve']));
});
afterEach(() => service.close());

/** An override that both agreed to. */
async function approved(changed: Partial<Terms> = {}): Promise<string> {
  expect(await ann.approveOverride({ ...terms, ...changed, reason })).toMatchObject({
    kind: 'ok',
    status: 202,
  });
  const second = await eve.approveOverride({ ...terms, ...changed, reason: 'agreed' });
  if (second.kind !== 'ok' || second.value.outcome !== 'approved') throw new Error(JSON.stringify(second));
  return overrideSchema.parse(second.value.override).id;
}

describe('POST /v1/control/overrides', () => {
  it('takes two people, and lets one decision pass, once', async () => {
    expect(await bot.decide(request)).toMatchObject({ value: { action: 'HOLD' } });
    expect(await ann.approveOverride({ ...terms, reason })).toMatchObject({
      status: 202,
      value: { outcome: 'pending' },
    });
    expect(await ann.approveOverride({ ...terms, reason })).toMatchObject(
      problem(403, 'SECOND_PERSON_NEEDED'),
    );
    const other = await eve.approveOverride({ ...terms, riskMax: 0.95, reason });
    expect(other).toMatchObject({ status: 202, value: { outcome: 'pending' } });
    const agreed = await eve.approveOverride({ ...terms, reason: 'agreed' });
    const { lifeSeconds: _, ...kept } = terms;
    const override = { ...kept, state: 'approved', approvedBy: ['local-approve', 'eve'], reason: 'agreed' };
    expect(agreed).toMatchObject({ kind: 'ok', status: 200, value: { outcome: 'approved', override } });
    if (agreed.kind !== 'ok' || agreed.value.outcome !== 'approved') return;
    const { id } = agreed.value.override;

    const lifted = await bot.decide({ ...request, overrideId: id, durability: 'ack' });
    expect(lifted).toMatchObject({
      value: {
        action: 'BUY',
        actionable: true,
        reasons: [],
        risk: 0.880797,
        override: { id, outcome: 'applied' },
      },
    });
    expect(await bot.decide({ ...request, overrideId: id })).toMatchObject(held('used'));
    expect(await bot.decide(request)).toMatchObject({ value: { action: 'HOLD' } });
    const decisionId = lifted.kind === 'ok' ? lifted.value.id : '';
    expect(await ann.overrides()).toMatchObject({
      value: { overrides: [{ id, state: 'used', endedBy: decisionId }] },
    });
    expect(await isolate.client(service.keys.observe).replay(decisionId)).toMatchObject({
      value: { same: true, deviations: [] },
    });
  });

  it('takes no word under a secret that was rotated away while the isolate slept', async () => {
    const asleep = sleeper();
    const slept = await service.isolate({ time: asleep.time });
    const thief = slept.client(await service.person('zoe', ['approve']));
    expect(await thief.overrides()).toMatchObject({ kind: 'ok' });
    expect(await ann.approveOverride({ ...terms, reason })).toMatchObject({ status: 202 });
    expect(await ann.rotateKey('zoe', { overlapSeconds: 0, reason })).toMatchObject({ kind: 'ok' });
    asleep.sleep(2_000);
    expect(await thief.approveOverride({ ...terms, reason })).toMatchObject(problem(401, 'UNAUTHENTICATED'));
    expect(await ann.overrides()).toMatchObject({ value: { overrides: [] } });
  });

  it('is used once by decisions of several isolates at the same time', async () => {
    const id = await approved();
    const others = await Promise.all([service.isolate(), service.isolate()]);
    const bots = [bot, ...others.map((other) => other.client(service.keys.decide))];
    await Promise.all(bots.map((one) => one.decide(request)));
    const replies = await Promise.all(
      [...bots, ...bots, ...bots].map((one) => one.decide({ ...request, overrideId: id })),
    );
    const actions = replies.map((reply) => reply.kind === 'ok' && reply.value.action);
    expect(actions.filter((action) => action === 'BUY')).toHaveLength(1);
    expect(actions.filter((action) => action === 'HOLD')).toHaveLength(8);
  });

  it('gives a retry under its idempotency key the same bytes, and is not used twice', async () => {
    const id = await approved();
    const idempotencyKey = 'once';
    const first = await bot.decide({ ...request, overrideId: id }, { idempotencyKey });
    expect(first).toMatchObject({ value: { action: 'BUY', override: { outcome: 'applied' } } });
    await vi.waitFor(async () =>
      expect(await bot.decide({ ...request, overrideId: id }, { idempotencyKey })).toMatchObject({
        value: first.kind === 'ok' ? first.value : {},
      }),
    );
  });

  it('leaves its whole way in the trail', async () => {
    const id = await approved();
    await bot.decide({ ...request, overrideId: id });
    await vi.waitFor(async () => {
      const page = await isolate.client(service.keys.observe).audit(0);
      if (page.kind !== 'ok') throw new Error(JSON.stringify(page));
      const entries = page.value.entries.map(({ record }) => record as unknown as EntryFacts);
      const told = entries
        .filter(({ verb }) => verb.endsWith('override'))
        .map(({ verb, target, actor }) => `${verb} ${target} by ${actor.kind === 'key' && actor.keyId}`);
      expect(told.toSorted()).toEqual([
        'approve-override account:local by local-approve',
        `approve-override override:${id} by eve`,
        `use-override override:${id} by local-decide`,
      ]);
    });
  });

  it('that ended unused is in the trail by the minute, once', async () => {
    const id = await approved();
    expect(await isolate.client(service.keys.operate).halt({ reason })).toMatchObject({ kind: 'ok' });
    for (let minute = 0; minute < 2; minute++) await isolate.service.scheduled('* * * * *');
    const page = await isolate.client(service.keys.observe).audit(0);
    if (page.kind !== 'ok') throw new Error(JSON.stringify(page));
    const ended = page.value.entries
      .map(({ record }) => record as unknown as EntryFacts)
      .filter(({ verb }) => verb === 'end-override');
    expect(ended).toMatchObject([
      {
        ...{ target: `override:${id}`, actor: { kind: 'component', name: 'minute tick' } },
        ...{ before: { state: 'approved' }, after: { state: 'superseded' } },
      },
    ]);
  });

  it('is revoked by one person, and then lets nothing pass', async () => {
    const id = await approved();
    const operator = isolate.client(service.keys.operate);
    expect(await operator.revokeOverride(id, { reason })).toMatchObject({
      value: { outcome: 'revoked', id },
    });
    expect(await operator.revokeOverride(id, { reason })).toMatchObject({
      value: { outcome: 'revoked', id },
    });
    expect(await bot.decide({ ...request, overrideId: id })).toMatchObject(held('revoked'));
    expect(await operator.revokeOverride('none', { reason })).toMatchObject(problem(404, 'NOT_FOUND'));
    const used = await approved();
    await bot.decide({ ...request, overrideId: used });
    expect(await operator.revokeOverride(used, { reason })).toMatchObject(problem(409, 'OVERRIDE_ENDED'));
  });

  it('lets pass what it is about, as far as it says', async () => {
    const changes = [
      { riskMax: 0.88 },
      { account: 'other' },
      { symbol: 'OTHER' },
      { action: 'SELL' },
    ] as const;
    const outcomes = [];
    for (const changed of changes) {
      const id = await approved(changed);
      const reply = await bot.decide({ ...request, overrideId: id });
      outcomes.push(reply.kind === 'ok' && reply.value.override?.outcome);
      expect(reply).toMatchObject({ value: { action: 'HOLD', actionable: false } });
    }
    expect(outcomes).toEqual(['insufficient', 'mismatched', 'mismatched', 'mismatched']);
    expect(await bot.decide({ ...request, overrideId: 'none' })).toMatchObject(held('unknown'));
  });

  it('lifts no halt, and is over with it', async () => {
    const id = await approved();
    const operator = isolate.client(service.keys.operate);
    await operator.halt({ reason });
    const halted = { ...request, overrideId: id };
    expect(await bot.decide(halted)).toMatchObject({
      value: { action: 'HOLD', override: { outcome: 'unused' } },
    });
    const state = await ann.control();
    const epoch = (state.kind === 'ok' && state.value.epoch) || 0;
    expect(await ann.resume({ epoch, nonce: 'nonce-of-overrides-1', reason })).toMatchObject({ status: 200 });
    await vi.waitFor(async () => expect(await bot.decide(halted)).toMatchObject(held('superseded')));
  });

  it('is of single decisions of now', async () => {
    expect(await bot.decide({ ...request, overrideId: 'o', asOf: '2020-01-01T00:00:00Z' })).toMatchObject(
      problem(422, 'INVALID_REQUEST'),
    );
    const batch = await bot.decideBatch({ items: [{ ...request, overrideId: 'o' } as typeof request] });
    expect(batch).toMatchObject({ value: { items: [{ code: 'INVALID_REQUEST' }] } });
  });

  it('is for those who approve, and takes whole terms', async () => {
    for (const scope of ['decide', 'trade', 'operate', 'observe'] as const)
      expect(await isolate.client(service.keys[scope]).approveOverride({ ...terms, reason })).toMatchObject(
        problem(403, 'SCOPE_MISSING'),
      );
    for (const odd of [{ riskMax: 1 }, { riskMax: 0 }, { lifeSeconds: 601 }, { reason: '' }, { extra: 1 }])
      expect(await ann.approveOverride({ ...terms, reason, ...odd })).toMatchObject(
        problem(422, 'INVALID_REQUEST'),
      );
  });

  it('is not made where the trail cannot be written', async () => {
    expect(await ann.approveOverride({ ...terms, reason })).toMatchObject({ status: 202 });
    cut = 'approve-override';
    expect(await eve.approveOverride({ ...terms, reason })).toMatchObject(
      problem(503, 'OVERRIDES_UNAVAILABLE'),
    );
    cut = '';
    expect(await ann.overrides()).toMatchObject({ value: { overrides: [] } });
  });

  it('holds by the limit where Redis does not answer', async () => {
    const id = await approved();
    await bot.decide(request);
    hanging.add('redis');
    const reply = await bot.decide({ ...request, overrideId: id });
    hanging.clear();
    expect(reply).toMatchObject({
      value: { action: 'HOLD', reasons: [{ code: 'RISK_ABOVE_LIMIT' }, { code: 'OVERRIDE_UNAVAILABLE' }] },
    });
  });
});
