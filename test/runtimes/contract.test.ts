import { createConnection } from 'node:net';
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partedHashOf } from '../../src/audit/parted-record.ts';
import type { Decision } from '../../src/client/client.ts';
import { openStream, type StreamReply } from '../../src/client/stream.ts';
import { webSocketTransport } from '../../src/client/web-socket-transport.ts';
import { type WireBar, wireBar } from '../../src/client/wire-bar.ts';
import { redisKeys } from '../../src/control/redis-keys.ts';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { type ProblemCode, problemCodes } from '../../src/core/codes.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import type { DecisionRequest } from '../../src/http/decision-schemas.ts';
import { demoBars } from '../../src/local/demo-series.ts';
import { runtimeNames } from '../../src/local/service-file.ts';
import type { Scope } from '../../src/store/key-row.ts';
import { apiKeys, auditEntries, decisions } from '../../src/store/schema.ts';
import { demoRequest, sp500Requests, withoutCallFacts } from './requests.ts';
import { firstGood, startTestService, type TestService, until } from './test-service.ts';

const dayMs = 86_400_000;

describe.each(runtimeNames)('the service on %s', (runtime) => {
  let service: TestService;
  const live = (seed = 1): DecisionRequest => demoRequest(seed, Date.now());

  beforeAll(async () => {
    service = await startTestService(runtime, { BODY_DEADLINE_MS: '500' });
  });
  afterAll(() => service.stop());

  const post = (body: BodyInit, headers: Record<string, string> = {}) =>
    fetch(`${service.baseUrl}/v1/decisions`, {
      method: 'POST',
      body,
      headers: { authorization: service.keys.decide, ...headers },
    });

  async function decide(request: DecisionRequest, idempotencyKey?: string) {
    const options = idempotencyKey === undefined ? {} : { idempotencyKey };
    const reply = await service.client('decide').decide(request, options);
    if (reply.kind !== 'ok') throw new Error(JSON.stringify(reply));
    return reply.value;
  }

  /** A request that is acted upon: of which series it has to be is another matter every day. */
  async function acting(): Promise<DecisionRequest> {
    for (let seed = 1; seed <= 50; seed++) {
      const request = live(seed);
      if ((await decide(request)).actionable) return request;
    }
    throw new Error('no series of today is acted upon');
  }

  const decideCalmly = (request: DecisionRequest) =>
    firstGood(
      () => decide(request),
      ({ load }) => load === 'normal',
    );

  it('gives decisions that can be acted upon, both ways', async () => {
    const actions = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) {
      const answer = await decide(live(seed));
      expect(answer.holdKind, JSON.stringify(answer.reasons)).not.toBe('safety');
      if (answer.action !== 'HOLD') expect(answer.actionable).toBe(true);
      actions.add(answer.action);
    }
    expect([...actions]).toEqual(expect.arrayContaining(['BUY', 'SELL']));
  });

  it('keeps the record of a decision, readable by its own account, and proves it', async () => {
    const answer = await decide({ ...live(), durability: 'ack', explain: true });
    const stored = await service.client('observe').decision(answer.id);
    if (stored.kind !== 'ok') throw new Error(JSON.stringify(stored));
    expect(stored.value).toMatchObject({
      id: answer.id,
      recordHash: answer.recordHash,
      receipt: answer.receipt,
    });
    const replayed = await service.client('observe').replay(answer.id);
    expect(replayed).toMatchObject({ kind: 'ok', value: { same: true, deviations: [] } });
    expect(sha256Hex(canonicalJson(stored.value.record))).toBe(answer.recordHash);
  });

  it('answers a batch as it answers each of its items, and keeps them by their own ids', async () => {
    const history = await sp500Requests(32);
    const items = [...history, live(1), live(2), { symbol: 'NOPE' }];
    const ask = () => service.client('decide').decideBatch({ items, durability: 'ack' });
    const isCalm = (item: object | undefined) =>
      item !== undefined && 'load' in item && item.load === 'normal';
    const batch = await firstGood(ask, (reply) => reply.kind !== 'ok' || isCalm(reply.value.items[0]));
    if (batch.kind !== 'ok') throw new Error(JSON.stringify(batch));
    expect(batch.value.items).toHaveLength(items.length);
    for (const [index, request] of history.entries()) {
      const item = batch.value.items[index];
      if (!item || !('action' in item)) throw new Error(JSON.stringify(item));
      const single = await decideCalmly({ ...request, durability: 'ack' });
      expect(withoutCallFacts(item)).toEqual(withoutCallFacts(single));
    }
    expect(batch.value.items.at(-1)).toMatchObject({ code: 'UNKNOWN_SYMBOL', status: 422 });
    const [, second] = batch.value.items;
    if (!second || !('action' in second)) throw new Error(JSON.stringify(second));
    const stored = await service.client('observe').decision(second.id);
    if (stored.kind !== 'ok') throw new Error(JSON.stringify(stored));
    const { id, recordHash, receipt } = second;
    expect(stored.value).toMatchObject({ id, recordHash, receipt });
    expect(partedHashOf(canonicalJson(stored.value.record))).toBe(recordHash);
    const replayed = await service.client('observe').replay(id);
    expect(replayed).toMatchObject({ value: { same: true, recordHash, replayedHash: recordHash } });
  });

  describe('a stream', () => {
    const bars = demoBars({ seed: 5, endMs: Date.now(), count: 200 }).map(wireBar);
    const asOf = (tick: WireBar) => Number(tick.t) + dayMs;
    const history = bars.slice(100, 199).map((bar) => ({ symbol: 'DEMO', ...bar, asOf: asOf(bar) }));
    const controls: unknown[] = [];
    async function open(scope: Scope = 'decide') {
      const opened = await openStream({
        baseUrl: service.baseUrl,
        authorization: service.keys[scope],
        transport: webSocketTransport((url, headers) => new WebSocket(url, { headers } as never)),
        onControl: (control) => void controls.push(control.tradingState),
      });
      if (opened.kind !== 'ok') throw new Error(JSON.stringify(opened));
      return opened.value;
    }

    it('answers its ticks as the same bars would be answered one by one, and keeps them by their ids', async () => {
      const stream = await open();
      expect(await stream.window({ symbol: 'DEMO', bars: bars.slice(0, 100) })).toMatchObject({ kind: 'ok' });
      const replies = await Promise.all([
        stream.ticks(history.slice(0, 64)),
        stream.ticks(history.slice(64)),
      ]);
      const items = replies.flatMap((reply) => (reply.kind === 'ok' ? reply.value : []));
      expect(items).toHaveLength(99);
      for (const index of [0, 1, 63, 64, 98]) {
        const end = 101 + index;
        const request = {
          symbol: 'DEMO',
          bars: bars.slice(end - 70, end),
          asOf: asOf(bars[end - 1] as WireBar),
        };
        expect(withoutCallFacts(items[index] as Decision)).toEqual(withoutCallFacts(await decide(request)));
      }
      const [now] = await ok(stream.ticks([{ symbol: 'DEMO', ...(bars[199] as WireBar) }]));
      expect(now).toMatchObject({ asOf: null, data: { source: 'bars' } });
      const again = await ok(stream.ticks([{ symbol: 'DEMO', ...(bars[199] as WireBar) }]));
      expect(again).toMatchObject([
        { code: 'INVALID_REQUEST', errors: [{ path: 't', code: 'SAME_SESSION' }] },
      ]);
      const { id, recordHash } = items[64] as Decision;
      await until(async () => (await service.client('observe').decision(id)).kind === 'ok');
      expect(await service.client('observe').decision(id)).toMatchObject({ value: { id, recordHash } });
      stream.close();
      expect(await stream.ended).toMatchObject({ tokens: {} });
    });

    it('tells a halt and a resume without being asked', async () => {
      const stream = await open();
      await until(() => controls.at(-1) === 'ACTIVE');
      await service.setTradingState('HALTED');
      await until(() => controls.at(-1) === 'HALTED');
      await service.setTradingState('ACTIVE');
      await until(() => controls.at(-1) === 'ACTIVE');
      stream.close();
      await stream.ended;
    });

    it('is not compressed, whatever its client offers', async () => {
      const headers = { authorization: service.keys.decide };
      const url = `${service.baseUrl.replace('http:', 'ws:')}/v1/stream`;
      const socket = new WebSocket(url, { headers } as never);
      await new Promise((resolve) => socket.addEventListener('open', resolve));
      expect(socket.extensions).toBe('');
      socket.close();
    });

    it('is refused without an upgrade, without a key and without its scope', async () => {
      const refused = await fetch(`${service.baseUrl}/v1/stream`);
      expect(await refused.json()).toMatchObject({ code: 'UPGRADE_REQUIRED', status: 426 });
      await expect(open('observe')).rejects.toThrow('unreachable');
    });
  });

  it('says what stage took how long, what is left of the limit, and goes on with the trace', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const { headers } = await firstGood(
      () => post(JSON.stringify(live()), { traceparent }),
      (response) => response.headers.has('server-timing'),
    );
    expect(headers.get('server-timing')).toMatch(/auth;dur=.*model;dur=/);
    expect(headers.get('ratelimit')).toMatch(/^"decide";r=\d+;t=\d+$/);
    expect(headers.get('ratelimit-policy')).toMatch(/^"decide";q=\d+;w=\d+$/);
    expect(headers.get('traceparent')).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
  });

  describe('refuses', () => {
    const changed = (change: object) => () => JSON.stringify({ ...live(), ...change });
    const withLastBar = (change: object) => () => {
      const request = live();
      const bars = request.bars ?? [];
      return JSON.stringify({ ...request, bars: [...bars.slice(0, -1), { ...bars.at(-1), ...change }] });
    };
    it.each<[string, () => string, ProblemCode]>([
      ['a body over the limit', () => `${' '.repeat(300_000)}{}`, 'BODY_TOO_LARGE'],
      ['no body', () => '', 'NOT_JSON'],
      ['text', () => 'hello', 'NOT_JSON'],
      ['NaN', () => JSON.stringify(live()).replace('"h":', '"h":NaN,"x":'), 'NOT_JSON'],
      ['a wrong type', changed({ symbol: 7 }), 'INVALID_REQUEST'],
      ['a negative price', withLastBar({ l: -1 }), 'INVALID_REQUEST'],
      ['NaN as text', withLastBar({ c: 'NaN' }), 'INVALID_REQUEST'],
      ['high below low', withLastBar({ h: 1, l: 2, o: 1.5, c: 1.5 }), 'INVALID_REQUEST'],
      ['times out of order', withLastBar({ t: '2020-01-01' }), 'INVALID_REQUEST'],
      ['a time in the future', withLastBar({ t: Date.now() + dayMs }), 'INVALID_REQUEST'],
      [
        'a hole in the series',
        () => JSON.stringify({ ...live(), bars: live().bars?.filter((_, at) => at !== 30) }),
        'INVALID_REQUEST',
      ],
      ['too few bars', () => JSON.stringify({ ...live(), bars: live().bars?.slice(-10) }), 'TOO_FEW_BARS'],
      [
        'a lone surrogate',
        () => JSON.stringify(live()).replace('{', '{"strategy":"\\ud800",'),
        'INVALID_REQUEST',
      ],
      ['an instant that no date can be', changed({ asOf: -9e15 }), 'INVALID_REQUEST'],
      ['an unknown symbol', changed({ symbol: 'NOPE' }), 'UNKNOWN_SYMBOL'],
      ['an unknown interval', changed({ interval: '1m' }), 'UNKNOWN_INTERVAL'],
      ['an unknown model', changed({ model: 'nope' }), 'UNKNOWN_MODEL'],
    ])('%s', async (_, body, code) => {
      const response = await post(body());
      const problem = await response.json();
      expect(problem).toMatchObject({ code, status: problemCodes[code].status });
      expect(response.status).toBe(problemCodes[code].status);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      if (response.status === 422) expect(problem.errors[0].path).not.toBe('');
    });

    it.each<[string, Record<string, string>, ProblemCode]>([
      ['a missing key', { authorization: '' }, 'UNAUTHENTICATED'],
      ['a wrong secret', { authorization: `Bearer local-decide.${'x'.repeat(43)}` }, 'UNAUTHENTICATED'],
      ['an unknown key', { authorization: `Bearer nobody.${'x'.repeat(43)}` }, 'UNAUTHENTICATED'],
    ])('%s', async (_, headers, code) => {
      const response = await post(JSON.stringify(live()), headers);
      expect(await response.json()).toMatchObject({ code, status: 401 });
    });

    it('a crowd of unknown keys at once, and serves the next one as ever', async () => {
      const crowd = Array.from({ length: 200 }, (_, index) =>
        post('{}', { authorization: `Bearer nobody-${index}.${'x'.repeat(43)}` }),
      );
      for (const response of await Promise.all(crowd)) {
        expect([401, 429]).toContain(response.status);
        expect((await response.json()).code).toMatch(/^(UNAUTHENTICATED|RATE_LIMITED)$/);
      }
      expect((await service.client('observe').decision('none')).kind).toBe('problem');
      expect((await decide({ ...live(), durability: 'ack' })).durability).toBe('acked');
    });

    it('a key that lacks the scope', async () => {
      const reply = await service.client('observe').decide(live());
      expect(reply).toMatchObject({ kind: 'problem', status: 403, problem: { code: 'SCOPE_MISSING' } });
    });

    it('a body that stops coming, without waiting for it', async () => {
      expect(await halfARequest(service)).toMatch(/^HTTP\/1\.1 408 /);
    });

    it('other methods and paths with a code', async () => {
      const wrongMethod = await fetch(`${service.baseUrl}/v1/decisions`);
      expect(await wrongMethod.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
      expect(wrongMethod.headers.get('allow')).toBe('POST');
      expect(await (await fetch(`${service.baseUrl}/v1/nothing`)).json()).toMatchObject({
        code: 'NOT_FOUND',
      });
    });

    it('10,000 generated bodies or answers them, each with a code', async () => {
      const plain = JSON.stringify(live());
      const mutated = fc
        .tuple(fc.nat(plain.length), fc.nat(8), fc.string({ maxLength: 6 }))
        .map(([at, cut, put]) => plain.slice(0, at) + put + plain.slice(at + cut));
      const field = fc.constantFrom(
        'symbol',
        'interval',
        'bars',
        'features',
        'asOf',
        'position',
        'model',
        'explain',
      );
      const replaced = fc
        .tuple(field, fc.jsonValue({ maxDepth: 3 }))
        .map(([name, value]) => JSON.stringify({ ...live(), [name]: value }));
      const anyBody = fc.oneof(mutated, replaced, fc.json(), fc.string());
      // A few at a time: ten thousand at once keep this process from its connections until servers have closed them.
      function* bodies() {
        for (let seed = 42; seed < 142; seed += 1) yield* fc.sample(anyBody, { numRuns: 100, seed });
      }
      const statuses = new Map<number, number>();
      const next = bodies();
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          for (const body of next) {
            const response = await post(body);
            const answer = await response.json();
            const says = response.ok ? answer.action : answer.code;
            if (response.status >= 500 || typeof says !== 'string')
              throw new Error(`${body} → ${JSON.stringify(answer)}`);
            statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
          }
        }),
      );
      expect(statuses.get(400)).toBeGreaterThan(100);
      expect(statuses.get(422)).toBeGreaterThan(100);
      expect(statuses.get(200)).toBeGreaterThan(100);
    });
  });

  it('limits a key to its rate, and says when to come back', async () => {
    const secret = 'l'.repeat(43);
    const limited = {
      id: 'limited',
      account: 'local',
      scopes: '["decide"]',
      ratePerSecond: 1,
      burst: 3,
      createdAtMs: 0,
    };
    await service
      .openDatabase()
      .orm.insert(apiKeys)
      .values({ ...limited, secretSha256: sha256Hex(secret) });
    const authorization = `Bearer limited.${secret}`;
    const statuses: number[] = [];
    await until(async () => {
      const response = await post(JSON.stringify(live()), { authorization });
      statuses.push(response.status);
      if (response.status !== 429) return false;
      expect(await response.json()).toMatchObject({ code: 'RATE_LIMITED' });
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(response.headers.get('ratelimit')).toMatch(/^"decide";r=0;t=\d+$/);
      expect(response.headers.get('ratelimit-policy')).toBe('"decide";q=3;w=3');
      return true;
    });
    expect(statuses.slice(0, 3)).toEqual([200, 200, 200]);
  });

  it('serves on while clients hang up in the middle of their requests', async () => {
    const hangUp = async (_: unknown, index: number): Promise<void> => {
      const client = new AbortController();
      const body = JSON.stringify({ ...live(index), ...(index % 2 ? { durability: 'ack' } : {}) });
      const headers = { authorization: service.keys.decide };
      const answer = fetch(`${service.baseUrl}/v1/decisions`, {
        method: 'POST',
        body,
        headers,
        signal: client.signal,
      });
      setTimeout(() => client.abort(), index % 20);
      await answer.catch(() => undefined);
    };
    await Promise.all(Array.from({ length: 200 }, hangUp));
    for (let seed = 1; seed <= 20; seed++) expect((await decide(live(seed))).holdKind).not.toBe('safety');
  });

  // On Workers the address is a header, and a request may end with its client.
  it.skipIf(runtime === 'workerd')('knows from where a halt came whose client hung up at once', async () => {
    const target = 'account:nobody';
    const body = JSON.stringify({ target, reason: 'a drill' });
    const head = [
      'POST /v1/control/halt HTTP/1.1',
      'host: service',
      `authorization: ${service.keys.operate}`,
      `content-length: ${body.length}`,
    ];
    const { hostname, port } = new URL(service.baseUrl);
    const socket = createConnection(Number(port), hostname);
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
    const { orm } = service.openDatabase();
    const records = async () =>
      (await orm.select().from(auditEntries).where(eq(auditEntries.target, target))).map(
        ({ record }) => record,
      );
    await until(async () => (await records()).length > 0);
    const [record] = await records();
    expect(JSON.parse(String(record))).toMatchObject({ verb: 'halt', clientAddress: '127.0.0.1' });
  });

  describe('idempotency', () => {
    it('answers a retry with the same bytes, and another body not at all', async () => {
      const body = JSON.stringify({ ...live(), clientDecisionId: `${runtime}-same` });
      const first = await (await post(body)).text();
      const again = () => post(body);
      await until(async () => (await again()).status !== 409);
      const retried = await again();
      expect(await retried.text()).toBe(first);
      expect(retried.headers.get('idempotency-replayed')).toBe('true');
      const other = await post(JSON.stringify({ ...live(2), clientDecisionId: `${runtime}-same` }));
      expect(await other.json()).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    });

    it('never gives an answer back from before a newer control epoch', async () => {
      const [request] = await sp500Requests(1);
      if (!request) throw new Error('no request');
      await decide(request, `${runtime}-old`);
      await service.setTradingState('ACTIVE');
      await until(
        async () =>
          (await post(JSON.stringify(request), { 'idempotency-key': `${runtime}-old` })).status === 409,
      );
      const reply = await service.client('decide').decide(request, { idempotencyKey: `${runtime}-old` });
      expect(reply).toMatchObject({ kind: 'problem', problem: { code: 'SUPERSEDED' } });
    });

    it('lets one of many twins answer', async () => {
      const body = JSON.stringify({ ...live(), clientDecisionId: `${runtime}-twins` });
      const replies = await Promise.all(Array.from({ length: 10 }, () => post(body)));
      const ids = new Set<string>();
      for (const reply of replies) {
        const answer = await reply.json();
        if (reply.ok) ids.add(answer.id);
        else expect(reply.status).toBe(409);
      }
      expect(ids.size).toBe(1);
    });
  });

  it('holds within one lease of a halt, and acts again after it', async () => {
    const request = await acting();
    await service.setTradingState('HALTED');
    await until(async () => (await decide(request)).reasons[0]?.code === 'TRADING_HALTED');
    for (let seed = 1; seed <= 20; seed++) expect((await decide(live(seed))).action).toBe('HOLD');
    await service.setTradingState('ACTIVE');
    await until(async () => (await decide(request)).actionable);
  });

  it('ends the stream of a key that is revoked', async () => {
    const secret = 's'.repeat(43);
    const row = {
      id: 'leaving',
      account: 'local',
      scopes: '["decide"]',
      ratePerSecond: 1,
      burst: 3,
      createdAtMs: 0,
    };
    const { orm } = service.openDatabase();
    await orm.insert(apiKeys).values({ ...row, secretSha256: sha256Hex(secret) });
    const stream = await openStream({
      baseUrl: service.baseUrl,
      authorization: `Bearer leaving.${secret}`,
      transport: webSocketTransport((url, headers) => new WebSocket(url, { headers } as never)),
      onControl: () => undefined,
    });
    if (stream.kind !== 'ok') throw new Error(JSON.stringify(stream));
    await service.openRedis().zadd(redisKeys.revocations, { score: Date.now() * 1_000, member: 'leaving' });
    expect(await stream.value.ended).toMatchObject({ code: 1008, problem: { code: 'UNAUTHENTICATED' } });
  });

  it('refuses a key once it is revoked, without asking the database', async () => {
    await service.openRedis().zadd(redisKeys.revocations, { score: Date.now(), member: 'local-trade' });
    await until(async () => (await service.client('trade').decision('x')).kind === 'problem');
  });

  it('writes every decision it answered, also those it was answering when it was told to stop', async () => {
    const answered = new Set<string>();
    let stopping: Promise<void> | undefined;
    await Promise.all(
      Array.from({ length: 8 }, async (_, worker) => {
        for (let call = 0; call < 400; call++) {
          const reply = await service.client('decide').decide(live(worker));
          if (reply.kind !== 'ok') return;
          answered.add(reply.value.id);
          if (answered.size === 500) stopping = service.process.drain();
        }
      }),
    );
    await stopping;
    const rows = await service.openDatabase().orm.select({ id: decisions.id }).from(decisions);
    const written = new Set(rows.map((row) => row.id));
    expect(answered.size).toBeGreaterThanOrEqual(500);
    expect([...answered].filter((id) => !written.has(id))).toEqual([]);
  });
});

async function ok<T>(reply: Promise<StreamReply<T>>): Promise<T> {
  const settled = await reply;
  if (settled.kind !== 'ok') throw new Error(JSON.stringify(settled));
  return settled.value;
}

/** Sends the head of a request and a part of its body, and reads what comes back. */
function halfARequest(service: TestService): Promise<string> {
  const { hostname, port } = new URL(service.baseUrl);
  const head = [
    'POST /v1/decisions HTTP/1.1',
    `Host: ${hostname}`,
    `Authorization: ${service.keys.decide}`,
    'Content-Length: 100',
    '',
    '{',
  ].join('\r\n');
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(port), hostname, () => socket.write(head));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.once('error', reject);
  });
}
