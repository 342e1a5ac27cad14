import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Client, Decision } from '../../src/client/client.ts';
import { auditEntries } from '../../src/store/schema.ts';
import { released } from '../models/stored-registry.ts';
import { composeService } from './composed-service.ts';

const question = { symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 } };
const coin = released(1, { purpose: 'production' });

let service: Awaited<ReturnType<typeof composeService>>;
beforeEach(async () => {
  service = await composeService({ coin: coin.files });
});
afterEach(() => service.close());

async function isolateThat({ losesRecords }: { readonly losesRecords: boolean }) {
  const isolate = await service.isolate({
    isCut: (body) => losesRecords && body.includes('INSERT INTO decisions'),
  });
  const { decide, observe } = service.keys;
  return { ...isolate, decider: isolate.client(decide), observer: isolate.client(observe) };
}

type Answered = Decision & { readonly recordHash: string; readonly receipt: string };

async function decided(client: Client): Promise<Answered> {
  const reply = await client.decide(question);
  if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
  const { recordHash, receipt } = reply.value;
  if (recordHash === null || receipt === null) throw new Error('the answer has no record');
  return { ...reply.value, recordHash, receipt };
}

it('keeps an answer whose record died with its isolate, and shows it by its id', async () => {
  const dying = await isolateThat({ losesRecords: true });
  const answer = await decided(dying.decider);
  const { decider, observer } = await isolateThat({ losesRecords: false });
  expect(await observer.decision(answer.id)).toMatchObject({ problem: { code: 'NOT_FOUND' } });

  const restored = { kind: 'ok', value: { id: answer.id, outcome: 'restored' } };
  expect(await decider.restore(answer)).toMatchObject(restored);
  expect(await decider.restore(answer)).toMatchObject(restored);

  const { recordHash, receipt, ...answered } = answer;
  expect(await observer.decision(answer.id)).toMatchObject({
    value: { id: answer.id, recordHash, receipt, record: { answer: answered } },
  });
  expect(await observer.replay(answer.id)).toMatchObject({ problem: { code: 'INVALID_REQUEST' } });
  const trail = await service.database.orm.select().from(auditEntries);
  const entries = trail.filter(({ verb }) => verb === 'restore');
  expect(entries).toMatchObject([{ target: `decision:${answer.id}`, account: 'local' }]);
});

it('leaves alone what the log has', async () => {
  const { decider, observer } = await isolateThat({ losesRecords: false });
  const reply = await decider.decide({ ...question, durability: 'ack' });
  if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
  const answer = reply.value as Answered;
  expect(await decider.restore(answer)).toMatchObject({ value: { outcome: 'kept' } });
  expect(await observer.decision(answer.id)).toMatchObject({ value: { restoredAt: null } });
});

it('takes back items of a batch, each by its own id', async () => {
  const dying = await isolateThat({ losesRecords: true });
  const reply = await dying.decider.decideBatch({ items: [question, question] });
  if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
  const answer = reply.value.items[1] as Answered;
  const { decider, observer } = await isolateThat({ losesRecords: false });
  expect(await decider.restore(answer)).toMatchObject({ value: { outcome: 'restored' } });
  expect(await observer.decision(answer.id)).toMatchObject({
    value: { record: { answer: { id: answer.id } } },
  });
});

it('refuses an answer of which anything is not as it was given', async () => {
  const dying = await isolateThat({ losesRecords: true });
  const answer = await decided(dying.decider);
  const { decider } = await isolateThat({ losesRecords: false });
  const changed: readonly Partial<Answered>[] = [
    { action: answer.action === 'SELL' ? 'BUY' : 'SELL' },
    { size: answer.size / 2 + 0.125 },
    { at: '2026-01-01T00:00:00.000Z' },
    { symbol: 'OTHER' },
    { actionable: !answer.actionable },
    { recordHash: '0'.repeat(64) },
    { receipt: '0'.repeat(64) },
  ];
  for (const change of changed) {
    expect(await decider.restore({ ...answer, ...change })).toMatchObject({
      status: 422,
      problem: { code: 'RECEIPT_INVALID' },
    });
  }
});

it('refuses a body that is no answer, and an answer of another path', async () => {
  const { decider, ask } = await isolateThat({ losesRecords: false });
  const answer = await decided(decider);
  const headers = { authorization: service.keys.decide, 'content-type': 'application/json' };
  const post = (id: string, body: unknown) =>
    ask(`/v1/decisions/${id}/restore`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect((await post('another', answer)).status).toBe(422);
  expect((await post(answer.id, { ...answer, added: 1 })).status).toBe(422);
  expect((await post(answer.id, [])).status).toBe(422);
});
