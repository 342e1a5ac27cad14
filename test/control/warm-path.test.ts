import { describe, expect, it } from 'vitest';
import { breakerSettings } from '../../src/control/breakers/breaker-settings.ts';
import { createBreakers } from '../../src/control/breakers/breakers.ts';
import { createControl } from '../../src/control/control.ts';
import { ok } from '../../src/core/result.ts';
import { createRedis } from '../../src/store/redis.ts';
import { stateOf } from './state-of.ts';

const reply = {
  ...{ status: 'OK', nowUs: '1', epoch: '1', state: 'ACTIVE', registry: '0', seededAt: '1' },
  ...{ operator: 'off', heartbeatAt: '0' },
  ...{ stateEpoch: '1', targets: '', words: '', cursor: '5', more: '0', revoked: '', grants: '50 50 0' },
};

describe('the warm path', () => {
  it('makes no call, on whatever runtime this runs', async () => {
    let calls = 0;
    const clock = { nowMs: () => 0, monotonicMs: () => 0 };
    const timers = {
      sleep: (durationMs: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          if (durationMs === 0) return resolve();
          signal?.addEventListener('abort', () => resolve());
        }),
    };
    const redis = createRedis({
      url: 'http://redis',
      token: 'token',
      fetch: async () => {
        calls += 1;
        return Response.json({ result: Object.entries(reply).flat() });
      },
      timers,
      deadlineMs: 100,
    });
    const control = createControl({
      redis,
      breakers: createBreakers({ settings: breakerSettings, clock, report: () => undefined }),
      readDurableControl: async () => ok(stateOf({ epoch: 1, tradingState: 'ACTIVE' })),
      clock,
      timers,
      ids: { next: () => 'request' },
      viewLifeMs: 1_000,
      heartbeatMsMax: 0,
      deadlineMsMax: 250,
    });
    const scope = { waitUntil: () => undefined, clientAddress: '192.0.2.1' };
    const ask = { keyId: 'key', ratePerSecond: 490, burst: 400 };
    for (let index = 0; index < 30; index++) {
      expect(await control.permit(ask, scope)).toMatchObject({
        kind: 'granted',
        bucket: { remaining: 49 - index, retryAfterMs: 0 },
      });
    }
    expect(calls).toBe(1);
  });
});
