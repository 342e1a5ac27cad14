import { describe, expect, it } from 'vitest';
import { createFailedLoginLimiter } from '../../src/control/failed-login-limiter.ts';
import { createEmbeddedRedis } from '../../src/local/embedded-redis.ts';
import { createUpstashGateway } from '../../src/local/upstash-gateway.ts';
import { createRedis } from '../../src/store/redis.ts';

const timers = { sleep: () => new Promise<void>(() => undefined) };

describe('failed logins', () => {
  it('are admitted up to thirty a minute from one address, then refused', async () => {
    const store = await createEmbeddedRedis({ clock: { nowMs: Date.now } });
    const gateway = createUpstashGateway({ store, token: 'token' });
    const { url } = await gateway.listen(0, '127.0.0.1');
    const admit = createFailedLoginLimiter({
      redis: createRedis({ url, token: 'token', fetch, timers, deadlineMs: 1 }),
    });
    const answers: boolean[] = [];
    for (let attempt = 0; attempt < 33; attempt++) answers.push(await admit('192.0.2.7'));
    expect(answers.slice(0, 30)).toEqual(Array(30).fill(true));
    expect(await admit('192.0.2.8')).toBe(true);
    // A minute may have ended between two attempts, and then the window has a little room again.
    expect(answers.slice(30).filter((admitted) => !admitted).length).toBeGreaterThanOrEqual(2);
    await gateway.close();
    await store.close();
  });

  it.each([
    ['cannot be reached', async () => Promise.reject(new TypeError('connection refused'))],
    ['answers HTML', async () => new Response('<html>')],
    ['answers an error', async () => new Response('{"error":"ERR"}', { status: 500 })],
    ['answers nothing', async () => new Response('{"result":null}')],
    ['answers an empty list', async () => new Response('{"result":[]}')],
    ['answers words', async () => new Response('{"result":["9","10"]}')],
  ])('are refused while Redis %s', async (_text, broken) => {
    const redis = createRedis({ url: 'http://redis', token: 'token', fetch: broken, timers, deadlineMs: 1 });
    expect(await createFailedLoginLimiter({ redis })('192.0.2.7')).toBe(false);
  });

  it('are refused when Redis does not answer in time', async () => {
    const redis = createRedis({
      url: 'http://redis',
      token: 'token',
      fetch: () => new Promise(() => undefined),
      timers: { sleep: async () => undefined },
      deadlineMs: 1,
    });
    expect(await createFailedLoginLimiter({ redis })('192.0.2.7')).toBe(false);
  });
});
