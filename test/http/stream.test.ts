import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src/core/result.ts';
import type { Environment } from '../../src/http/context.ts';
import { createStreamRoute } from '../../src/http/stream.ts';
import type { SocketEvents } from '../../src/runtime.ts';
import { decidingWorld, key } from './deciding-world.ts';

function setUp(streamsPerKeyMax: number) {
  const { options, time, scope } = decidingWorld();
  const open: SocketEvents[] = [];
  /** Sockets that are yet to open, where they do so behind the answer. */
  const handshakes: (() => void)[] = [];
  const world = { opensBehind: false };
  const route = createStreamRoute({
    ...options,
    authenticator: {
      authenticate: async (login) => ok({ ...key, id: String(login) }),
    },
    registry: { ...options.registry, enter: () => () => undefined, follow: () => undefined },
    timers: time,
    upgrade(_request, accept) {
      const socket = { send: () => undefined, close: () => undefined, bufferedBytes: () => null };
      const shake = () => void open.push(accept(socket));
      if (world.opensBehind) handshakes.push(shake);
      else shake();
      return new Response('upgraded');
    },
    report: () => undefined,
    followJobs: () => undefined,
    receiptSecret: 'r'.repeat(32),
    callCount: () => 0,
    limits: { lifeMs: 60_000, decisionsMax: 100, frameCharsMax: 1_000, callsMax: null },
    streamsPerKeyMax,
  });
  const app = new Hono<Environment>();
  app.get('/v1/stream', route.handler);
  const ask = async (authorization: string): Promise<string> => {
    const headers = { upgrade: 'websocket', authorization };
    const response = await app.request('/v1/stream', { headers }, { scope });
    const text = await response.text();
    return response.status === 200 ? text : JSON.parse(text).code;
  };
  return { ask, handshakes, open, route, time, world };
}

describe('GET /v1/stream', () => {
  it('opens no more streams of one key than its share, and others all the same', async () => {
    const { ask, open, route } = setUp(2);
    expect([await ask('a'), await ask('a'), await ask('a'), await ask('b')]).toEqual([
      'upgraded',
      'upgraded',
      'STREAMS_FULL',
      'upgraded',
    ]);
    expect(route.openCount()).toBe(3);
    open[0]?.onClose();
    expect([await ask('a'), await ask('a')]).toEqual(['upgraded', 'STREAMS_FULL']);
    for (const events of open) events.onClose();
    expect(route.openCount()).toBe(0);
    expect(await ask('a')).toBe('upgraded');
  });

  it('counts those whose sockets open behind the answer, and for a while those that never do', async () => {
    const { ask, handshakes, open, route, time, world } = setUp(2);
    world.opensBehind = true;
    const asked = await Promise.all(['a', 'a', 'a', 'b'].map(ask));
    expect(asked).toEqual(['upgraded', 'upgraded', 'STREAMS_FULL', 'upgraded']);
    handshakes[0]?.();
    expect(route.openCount()).toBe(1);
    expect(await ask('a')).toBe('STREAMS_FULL');
    await time.advance(10_000);
    expect([await ask('a'), await ask('a')]).toEqual(['upgraded', 'STREAMS_FULL']);
    for (const events of open) events.onClose();
  });

  it('opens no more streams than an isolate holds', async () => {
    const { ask } = setUp(64);
    for (let index = 0; index < 64; index++) expect(await ask(`key-${index}`)).toBe('upgraded');
    expect(await ask('another')).toBe('STREAMS_FULL');
  });
});
