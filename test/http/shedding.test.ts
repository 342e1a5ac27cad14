import { setTimeout as realSleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { overloadSettings } from '../../src/control/overload/overload-settings.ts';
import { released } from '../models/stored-registry.ts';
import { VirtualTime } from '../virtual-time.ts';
import { composeService } from './composed-service.ts';

const { turnMin, dwellMs } = overloadSettings;
const gib = 2 ** 30;
const question = { symbol: 'DEMO', features: { log_return_5: 0.1, rsi_3: 0.2 } };

let service: Awaited<ReturnType<typeof composeService>>;
beforeEach(async () => {
  service = await composeService({ coin: released(2, { name: 'coin' }).files });
});
afterEach(() => service.close());

/** An isolate on virtual time, whose process is as full as a test says. */
async function setUp() {
  const time = new VirtualTime(Date.now());
  const load = { residentBytes: 0.1 * gib };
  const isolate = await service.isolate({
    time,
    processLoad: { cpuMs: () => 0, residentBytes: () => load.residentBytes },
  });
  /** The stores are real and take their time, in which virtual time goes on for whoever polls for them. */
  async function meanwhile<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const settled = work.finally(() => {
      isDone = true;
    });
    for (; !isDone; await time.advance(1)) await realSleep(1);
    return settled;
  }
  const ask = (path: string, init?: RequestInit) => meanwhile(isolate.ask(path, init));
  const posting = (body: object, authorization: string): RequestInit => ({
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const post = (path: string, body: object, authorization = service.keys.decide) =>
    ask(path, posting(body, authorization));
  /** Its status, without any time passing: one turn goes on, however long a machine takes over it. */
  const statusNow = async (path: string, init: RequestInit): Promise<number> =>
    (await isolate.ask(path, init)).status;
  const postNow = (path: string, body: object) => statusNow(path, posting(body, service.keys.decide));
  const read = async (path: string, authorization = service.keys.observe) => {
    const response = await ask(path, { headers: { authorization } });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  async function decide(body: object = question) {
    const response = await post('/v1/decisions', body);
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  /** So many at the same moment, which are one turn of the event loop. */
  const decideAtOnce = (count: number) => Promise.all(Array.from({ length: count }, () => decide()));
  /** Time in which somebody asks now and then. */
  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await time.advance(1_000);
      await decide();
    }
  }
  /** Memory is full for as long as it takes to narrow a turn to its minimum. */
  async function overload(): Promise<void> {
    load.residentBytes = 2 * gib;
    await pass(16);
    await time.advance(100);
  }
  return {
    ...isolate,
    ask,
    time,
    load,
    post,
    postNow,
    statusNow,
    read,
    decide,
    decideAtOnce,
    pass,
    overload,
  };
}

describe('an isolate that is asked for more than it can', () => {
  it('answers what it takes on, and refuses the rest at once with a code and when to come again', async () => {
    const { decideAtOnce, overload, reported } = await setUp();
    expect((await decideAtOnce(40)).every(({ body }) => body.load === 'normal')).toBe(true);
    await overload();
    const replies = await decideAtOnce(40);
    const answered = replies.filter(({ status }) => status === 200);
    const refused = replies.filter(({ status }) => status === 503);
    expect(answered).toHaveLength(turnMin);
    expect(refused).toHaveLength(40 - turnMin);
    for (const { headers, body } of answered) {
      expect(body).toMatchObject({ mode: 'FULL', load: 'shedding' });
      expect(headers.get('service-load')).toBe('shedding');
    }
    for (const { headers, body } of refused) {
      expect(body).toMatchObject({ code: 'OVERLOADED', status: 503 });
      expect(headers.get('retry-after')).toBe('1');
      expect(headers.get('service-load')).toBe('shedding');
      expect(headers.get('content-type')).toBe('application/problem+json');
    }
    expect(reported).toEqual(['load: normal → busy', 'load: busy → shedding']);
  });

  it('refuses a batch by its items, replays and scores as well, and a stream that would be opened', async () => {
    const { overload, postNow, statusNow, time } = await setUp();
    await overload();
    const batch = { items: Array.from({ length: turnMin }, () => question) };
    expect(await postNow('/v1/decisions', question)).toBe(200);
    expect(await postNow('/v1/decisions/batch', batch)).toBe(503);
    await time.advance(100);
    expect(await postNow('/v1/decisions/batch', batch)).toBe(200);
    expect(await postNow('/v1/decisions/batch', { items: [question] })).toBe(503);
    expect(await postNow('/v1/decisions/0193c2f1-6e3a-7d40-9f6b-3c1d8e2a5b70/replay', {})).toBe(503);
    expect(await postNow('/v2/models/coin/infer', {})).toBe(503);
    expect(await postNow('/v1/d%65cisions', question)).toBe(503);
    expect(await statusNow('/v1/stream', { headers: { upgrade: 'websocket' } })).toBe(503);
  });

  it('never refuses what an operator does, nor what tells of it', async () => {
    const { decideAtOnce, overload, post, read } = await setUp();
    await overload();
    await decideAtOnce(40);
    const { operate } = service.keys;
    const reason = { reason: 'it is too much' };
    expect((await read('/healthz')).status).toBe(200);
    expect((await read('/v1/control', operate)).status).toBe(200);
    expect((await post('/v1/control/reduce', reason, operate)).status).toBe(200);
    expect((await post('/v1/control/halt', reason, operate)).status).toBe(200);
    expect((await read('/v1/control/breakers', operate)).status).toBe(200);
    const { status, body } = await read('/readyz');
    expect(status).toBe(200);
    expect(body.parts.load).toEqual({ ready: true, state: 'shedding', refusedRequests: 40 - turnMin });
  });

  it('takes everything on again once it is over', async () => {
    const { decideAtOnce, overload, load, pass, time, decide, read } = await setUp();
    await overload();
    await decideAtOnce(40);
    load.residentBytes = 0.1 * gib;
    await pass(1);
    expect((await decide()).body.load).toBe('shedding');
    await time.advance(dwellMs);
    const replies = await decideAtOnce(200);
    expect(replies.every(({ status, body }) => status === 200 && body.load === 'normal')).toBe(true);
    expect((await read('/readyz')).body.parts.load).toMatchObject({ state: 'normal' });
  });

  it('leaves out attributions when it is busy, and replays such a decision to its bytes', async () => {
    const { decide, load, pass, post, read } = await setUp();
    const explained = { ...question, explain: true, durability: 'ack' };
    const before = (await decide(explained)).body;
    load.residentBytes = 1.1 * gib;
    await pass(2);
    const { body, headers } = await decide(explained);
    expect(headers.get('service-load')).toBe('busy');
    expect(headers.has('server-timing')).toBe(false);
    expect(body.load).toBe('busy');
    expect(before.features.some(({ attribution }: { attribution: unknown }) => attribution !== null)).toBe(
      true,
    );
    expect(body.features.every(({ attribution }: { attribution: unknown }) => attribution === null)).toBe(
      true,
    );
    const { body: stored } = await read(`/v1/decisions/${body.id}`);
    expect(stored.record.answer.load).toBe('busy');
    for (const { id } of [before, body]) {
      const replay = await post(`/v1/decisions/${id}/replay`, {}, service.keys.observe);
      expect(await replay.json()).toMatchObject({ same: true, deviations: [] });
    }
  });
});
