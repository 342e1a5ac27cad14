import { describe, expect, it } from 'vitest';
import { itemOf } from '../../src/audit/batch-record.ts';
import { float32sOf } from '../../src/core/float32-text.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import type { KeyFacts } from '../../src/decision/question.ts';
import { createInboxRoom } from '../../src/http/inbox-room.ts';
import type { Problem } from '../../src/http/problem.ts';
import type { ServiceFrame } from '../../src/http/stream-frames.ts';
import { type StreamLimits, StreamSession } from '../../src/http/stream-session.ts';
import { createStreamWindows } from '../../src/http/stream-windows.ts';
import { decidingWorld, key, receiptSecret } from './deciding-world.ts';

const dayMs = 86_400_000;
const lastMs = Date.parse('2026-03-01T00:00:00Z');
/** The last one closed at the world's last midnight, and is the only fresh one. */
const bars = Array.from({ length: 120 }, (_, index) => ({
  t: lastMs - (119 - index) * dayMs,
  o: 10 + Math.sin(index),
  h: 12 + Math.sin(index),
  l: 8 + Math.sin(index),
  c: 10 + Math.sin(index + 1),
  v: 100 + (index % 7),
}));
const tick = (index: number, more: object = {}) => ({ symbol: 'DEMO', ...bars[index], ...more });
const past = (index: number) => tick(index, { asOf: (bars[index]?.t ?? 0) + dayMs });

/** A session over real parts, whose socket is two lists. */
async function open(limits: Partial<StreamLimits> = {}, room = createInboxRoom(800_000)) {
  const made = decidingWorld();
  const { time, options, scope } = made;
  const sent: ServiceFrame[] = [];
  const stage = {
    closed: undefined as number | undefined,
    ended: 0,
    buffered: 0,
    draining: false,
    followed: 0,
    calls: 500,
    key: ok(key) as Result<KeyFacts, Problem>,
    reported: [] as unknown[],
  };
  const session = new StreamSession({
    ...options,
    registry: { enter: () => () => undefined, follow: () => undefined },
    socket: {
      send: (text) => void sent.push(JSON.parse(text)),
      close: (code) => {
        stage.closed = code;
      },
      bufferedBytes: () => stage.buffered,
    },
    scope,
    timers: time,
    windows: createStreamWindows({ ...options, receiptSecret }),
    room,
    report: (failure) => void stage.reported.push(failure),
    isDraining: () => stage.draining,
    followJobs: () => {
      stage.followed += 1;
    },
    authenticate: async () => stage.key,
    key,
    onEnd: () => {
      stage.ended += 1;
    },
    callCount: () => stage.calls,
    limits: { lifeMs: 60_000, decisionsMax: 1_000, frameCharsMax: 100_000, callsMax: null, ...limits },
  });
  await time.advance(0);
  async function say(frame: unknown): Promise<ServiceFrame | undefined> {
    const before = sent.length;
    session.onText(typeof frame === 'string' ? frame : JSON.stringify(frame));
    await time.advance(0);
    return sent[before];
  }
  const window = (count: number, more: object = {}) =>
    say({ type: 'window', symbol: 'DEMO', bars: bars.slice(0, count), ...more });
  let seq = 0;
  const ticks = (list: readonly unknown[], ack = seq) => {
    seq += 1;
    return say({ type: 'ticks', seq, ack, ticks: list });
  };
  return { ...made, session, sent, stage, say, window, ticks };
}

const itemsOf = (frame: ServiceFrame | undefined) => (frame?.type === 'decisions' ? frame.items : []);
const less = (item: object | undefined) => {
  const {
    id: _,
    at: __,
    validUntil: ___,
    recordHash: ____,
    receipt: _____,
    ...rest
  } = item as Record<string, unknown>;
  return rest;
};

describe('a stream', () => {
  it('begins with what it takes and the control state', async () => {
    const { sent } = await open();
    expect(sent).toEqual([
      { type: 'hello', ticksMax: 256, unacknowledgedMax: 16 },
      { type: 'control', epoch: 7, tradingState: 'ACTIVE', targets: [] },
    ]);
  });

  it('answers each tick as the single route would answer the window with it', async () => {
    const { window, ticks, post } = await open();
    expect(await window(100)).toEqual({
      type: 'window',
      symbol: 'DEMO',
      lastBar: new Date(bars[99]?.t ?? 0).toISOString(),
    });
    const list = [100, 101, 102, 103].map(past);
    const items = itemsOf(await ticks(list));
    expect(items).toHaveLength(4);
    for (const [index, asked] of list.entries()) {
      const request = { symbol: 'DEMO', bars: bars.slice(0, 101 + index), asOf: asked['asOf' as never] };
      expect(less(items[index])).toEqual(less((await post('/one', request)).body));
    }
  });

  it('gives an answer that may be acted upon to a fresh bar, and to an older one HOLD', async () => {
    const { window, ticks, world } = await open();
    await window(118);
    const [old, fresh] = itemsOf(await ticks([tick(118), tick(119, { position: '-1' })]));
    expect(old).toMatchObject({ action: 'HOLD', reasons: [{ code: 'STALE_INPUT' }] });
    expect(fresh).toMatchObject({ actionable: true, asOf: null, data: { source: 'bars' } });
    expect(world.tokens).toEqual([1, 2]);
    expect(world.rows).toHaveLength(1);
    const [row] = world.rows;
    const kept = row && itemOf(receiptSecret, { items: null, ...row }, 1);
    if (!kept || kept === 'damaged') throw new Error(kept);
    const { input } = JSON.parse(kept.record);
    expect(input).toMatchObject({
      kind: 'window',
      bars: [[bars[119]?.t, ...[1, 2, 3, 4, 5].map(() => expect.anything())]],
    });
    expect(float32sOf(input.features)).toHaveLength(32);
  });

  it.each<[string, (index: number) => unknown, string]>([
    ['that leaves a bar out', (index) => past(index + 1), 't'],
    ['that came before', (index) => past(index - 1), 't'],
    ['of a symbol without a window', (index) => ({ ...past(index), symbol: 'NOPE' }), 'symbol'],
    ['without a symbol', (index) => ({ ...past(index), symbol: undefined }), 'symbol'],
    ['with a field it does not know', (index) => ({ ...past(index), nope: 1 }), 'nope'],
    ['with a model of its own', (index) => ({ ...past(index), durability: 'ack' }), 'durability'],
    ['whose high is below its low', (index) => ({ ...past(index), h: 1 }), 'h'],
    ['that lies in the future', (index) => ({ ...past(index), t: lastMs + 9 * dayMs }), 't'],
    ['that is none', () => 7, 'symbol'],
  ])('refuses a tick %s by itself, and goes on from the window as it was', async (_, broken, path) => {
    const { window, ticks } = await open();
    await window(100);
    const items = itemsOf(await ticks([broken(100), past(100)]));
    expect(items[0]).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ path }] });
    expect(items[1]).toMatchObject({ symbol: 'DEMO', asOf: expect.any(String) });
  });

  it('takes a token for a window, and opens none without', async () => {
    const { window, ticks, world } = await open();
    const bucket = { remaining: 0, burst: 5, ratePerSecond: 1, retryAfterMs: 700 };
    world.permit = { kind: 'limited', bucket };
    expect(await window(100)).toMatchObject({
      ...{ type: 'refused', seq: null, symbol: 'DEMO', retryAfterMs: 700 },
      problem: { code: 'RATE_LIMITED' },
    });
    world.permit = undefined;
    expect(itemsOf(await ticks([past(100)]))[0]).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await window(100)).toMatchObject({ type: 'window' });
    expect(world.tokens).toEqual([1, 1, 1]);
  });

  it('looks at the permission for each frame', async () => {
    const { window, ticks, world } = await open();
    await window(100);
    world.tradingState = 'HALTED';
    expect(itemsOf(await ticks([past(100)]))[0]).toMatchObject({ action: 'HOLD' });
    world.permit = { kind: 'unavailable', detail: 'x' };
    expect(itemsOf(await ticks([past(101)]))[0]).toMatchObject({
      reasons: [{ code: 'CONTROL_UNAVAILABLE' }],
    });
  });

  it('refuses a whole frame when not all its tokens can be had, and leaves the windows', async () => {
    const { window, ticks, world } = await open();
    await window(100);
    const bucket = { remaining: 1, burst: 256, ratePerSecond: 100, retryAfterMs: 20 };
    world.permit = { kind: 'limited', bucket };
    expect(await ticks([past(100), past(101)])).toMatchObject({
      type: 'refused',
      seq: 1,
      problem: { code: 'RATE_LIMITED' },
      retryAfterMs: 20,
    });
    world.permit = undefined;
    expect(itemsOf(await ticks([past(100), past(101)]))).toHaveLength(2);
  });

  it('tells a halt, an unreadable control state and a resume, each once, without being asked', async () => {
    const { sent, world, time } = await open();
    world.tradingState = 'HALTED';
    await time.advance(1_000);
    world.tradingState = 'ACTIVE';
    await time.advance(1_000);
    expect(sent.slice(1).map((frame) => 'tradingState' in frame && frame.tradingState)).toEqual([
      'ACTIVE',
      'HALTED',
      'ACTIVE',
    ]);
  });

  it('tells the targets that are held back of its account, strategies, models and symbols, and of nobody else', async () => {
    const { sent, world, time, window } = await open();
    world.targets = ['account:b', 'strategy:s', 'symbol:DEMO'].map((target) => ({
      target,
      tradingState: 'HALTED',
      epoch: 6,
    }));
    await time.advance(1_000);
    expect(sent).toHaveLength(2);
    await window(100, { strategy: 's' });
    await time.advance(1_000);
    expect(sent.at(-1)).toEqual({
      type: 'control',
      epoch: 7,
      tradingState: 'ACTIVE',
      targets: [
        { target: 'strategy:s', tradingState: 'HALTED' },
        { target: 'symbol:DEMO', tradingState: 'HALTED' },
      ],
    });
    world.targets = [{ target: 'account:a', tradingState: 'REDUCING', epoch: 7 }];
    await time.advance(1_000);
    expect(sent.at(-1)).toMatchObject({ targets: [{ target: 'account:a', tradingState: 'REDUCING' }] });
  });

  it('holds the ticks of a symbol that is halted', async () => {
    const { world, window, ticks } = await open();
    await window(119);
    world.targets = [{ target: 'symbol:DEMO', tradingState: 'HALTED', epoch: 6 }];
    expect(itemsOf(await ticks([tick(119, { position: '-1' })]))).toMatchObject([
      {
        actionable: false,
        reasons: [{ code: 'TRADING_HALTED', detail: 'trading of symbol:DEMO is halted' }],
      },
    ]);
  });

  it('beats when nothing else was sent for long', async () => {
    const { sent, time } = await open();
    await time.advance(31_000);
    expect(sent.slice(2).map(({ type }) => type)).toEqual(['heartbeat', 'heartbeat']);
  });

  it('takes no more frames than may be under way, until they are acknowledged', async () => {
    const { window, ticks } = await open();
    await window(70);
    for (let index = 0; index < 16; index++)
      expect(itemsOf(await ticks([past(70 + index)], 0))).toHaveLength(1);
    expect(await ticks([past(86)], 0)).toMatchObject({ type: 'refused', problem: { code: 'FLOW_EXCEEDED' } });
    expect(itemsOf(await ticks([past(86)], 3))).toHaveLength(1);
  });

  it('closes with 1008 when more frames wait than a client that acknowledges would send', async () => {
    const { session, stage, sent } = await open();
    for (let count = 0; count < 40; count++)
      session.onText(JSON.stringify({ type: 'ticks', seq: count, ack: 0, ticks: [1] }));
    expect(stage).toMatchObject({ closed: 1008, ended: 1 });
    expect(sent.at(-1)).toMatchObject({ type: 'closing', problem: { code: 'FLOW_EXCEEDED' } });
  });

  it('closes with 1008 when the frames that wait are longer together than two of the longest', async () => {
    const { session, stage, sent } = await open();
    for (let count = 0; count < 4; count++) session.onText(`"${'x'.repeat(90_000)}"`);
    expect(stage).toMatchObject({ closed: 1008, ended: 1 });
    expect(sent.at(-1)).toMatchObject({ type: 'closing', problem: { code: 'FLOW_EXCEEDED' } });
  });

  it('closes with 1013 where the frames that wait on all streams of an isolate have no room for another, and gives back its own', async () => {
    const room = createInboxRoom(400_000);
    const streams = [await open({}, room), await open({}, room), await open({}, room)] as const;
    for (const { session } of streams)
      for (let count = 0; count < 2; count++) session.onText(`"${'x'.repeat(90_000)}"`);
    expect(streams.map(({ stage }) => stage.closed)).toEqual([undefined, 1013, 1013]);
    expect(streams[1].sent.at(-1)).toMatchObject({ type: 'closing', problem: { code: 'OVERLOADED' } });
    await streams[0].time.advance(0);
    streams[0].session.onClose();
    for (const { time } of streams) await time.advance(0);
    expect(room.take('another', 299_999)).toBe(true);
  });

  it('closes with 1013 on a client that does not read', async () => {
    const { window, stage } = await open();
    stage.buffered = 5_000_000;
    await window(100);
    expect(stage).toMatchObject({ closed: 1013, ended: 1 });
  });

  it.each<[string, unknown, object]>([
    ['no JSON', 'hello', { problem: { code: 'NOT_JSON' }, seq: null, symbol: null }],
    ['of no type', { type: 'nope' }, { problem: { code: 'INVALID_REQUEST' } }],
    [
      'without ticks',
      { type: 'ticks', seq: 9, ack: 0, ticks: [] },
      { problem: { code: 'INVALID_REQUEST' }, seq: 9 },
    ],
    [
      'of 257 ticks',
      { type: 'ticks', seq: 9, ack: 0, ticks: Array(257).fill(1) },
      { problem: { code: 'INVALID_REQUEST' } },
    ],
    [
      'of too few bars',
      { type: 'window', symbol: 'DEMO', bars: bars.slice(0, 9) },
      { problem: { code: 'TOO_FEW_BARS' }, symbol: 'DEMO' },
    ],
    [
      'of an unknown symbol',
      { type: 'window', symbol: 'NOPE', bars },
      { problem: { code: 'UNKNOWN_SYMBOL' }, symbol: 'NOPE' },
    ],
  ])(
    'refuses a frame that is %s, and closes on a client that sends nothing else',
    async (_, frame, refusal) => {
      const { say, stage } = await open();
      expect(await say(frame)).toMatchObject({ type: 'refused', ...refusal });
      for (let count = 0; count < 64; count++) await say(frame);
      expect(stage.closed).toBe(1008);
    },
  );

  it('closes with 1009 on a frame over the limit', async () => {
    const { say, stage } = await open({ frameCharsMax: 10 });
    await say(' '.repeat(11));
    expect(stage.closed).toBe(1009);
  });

  it('ends with the key, whose secret may have been rotated away, at the next watch and before the next frame', async () => {
    for (const next of ['watch', 'frame'] as const) {
      const { sent, say, stage, time, window } = await open();
      await window(100);
      stage.key = err({ code: 'UNAUTHENTICATED', detail: 'the key is revoked' });
      if (next === 'watch') await time.advance(200);
      else await say({ type: 'window', symbol: 'DEMO', bars: [] });
      expect(stage).toMatchObject({ closed: 1008, ended: 1 });
      expect(sent.at(-1)).toMatchObject({
        type: 'closing',
        problem: { code: 'UNAUTHENTICATED' },
        tokens: {},
      });
    }
  });

  it('asks for the minute’s tick while nothing else is asked of the isolate', async () => {
    const { stage, time } = await open();
    await time.advance(1_000);
    expect(stage.followed).toBeGreaterThanOrEqual(5);
  });

  it.each(['life', 'decisions', 'calls', 'drain'] as const)(
    'ends with 1012 and tokens when it is over (%s), and the windows come back by them',
    async (why) => {
      const { window, ticks, stage, sent, time } = await open({
        decisionsMax: why === 'decisions' ? 2 : 100,
        callsMax: why === 'calls' ? 300 : null,
      });
      await window(100);
      await ticks([past(100), past(101)]);
      stage.calls += 299;
      await time.advance(400);
      expect(stage.closed).toBe(why === 'decisions' ? 1012 : undefined);
      stage.calls += 1;
      stage.draining = why === 'drain';
      await time.advance(why === 'life' ? 61_000 : 400);
      expect(stage).toMatchObject({ closed: 1012, ended: 1 });
      const closing = sent.at(-1);
      if (closing?.type !== 'closing') throw new Error(JSON.stringify(closing));
      const token = closing.tokens['DEMO'];
      const next = await open();
      expect(await next.window(102, { token })).toMatchObject({ type: 'window' });
      expect(itemsOf(await next.ticks([past(102)]))).toHaveLength(1);
      expect(await next.window(101, { token })).toMatchObject({
        type: 'refused',
        problem: { code: 'RESUME_MISMATCH' },
      });
      expect(itemsOf(await next.ticks([past(103)]))).toHaveLength(1);
    },
  );

  it('answers nothing more once it is closed, and stops watching', async () => {
    const { session, sent, stage, time } = await open();
    session.onClose();
    session.onClose();
    const before = sent.length;
    session.onText('{}');
    await time.advance(100_000);
    expect([sent.length, stage.ended]).toEqual([before, 1]);
  });

  it('closes with 1011 on a failure of ours, and reports it', async () => {
    const { say, stage, world } = await open();
    Object.defineProperty(world, 'tokens', {
      get: () => {
        throw new Error('broken');
      },
    });
    await say({ type: 'ticks', seq: 1, ack: 0, ticks: [1] });
    expect(stage.closed).toBe(1011);
    expect(stage.reported).toHaveLength(1);
  });
});

describe('a stream of an isolate that is asked for more than it can', () => {
  it('has a frame refused that does not fit, before a token is taken, and answered when it is sent again', async () => {
    const { window, ticks, options, world } = await open();
    await window(100);
    const { overload } = options;
    overload.beginTurns();
    for (let second = 0; second < 20; second += 1) overload.strain({ cpuShare: 0, memoryShare: 2 });
    overload.takeOn(1, 'k');
    const list = Array.from({ length: 16 }, (_, index) => past(100 + index));
    const tokens = world.tokens.length;
    expect(await ticks(list)).toMatchObject({
      type: 'refused',
      seq: 1,
      problem: { code: 'OVERLOADED', status: 503 },
      retryAfterMs: 1_000,
    });
    expect(world.tokens).toHaveLength(tokens);
    overload.endTurn(0);
    const items = itemsOf(await ticks(list));
    expect(items).toHaveLength(16);
    expect(items.every((item) => 'load' in item && item.load === 'shedding')).toBe(true);
  });
});
