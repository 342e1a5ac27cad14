import { describe, expect, it } from 'vitest';
import { addressBlockOf } from '../../src/http/address-block-of.ts';
import { createShieldRequests } from '../../src/http/shield-requests.ts';
import type { Shield } from '../../src/runtime.ts';

function setUp(shield: Shield) {
  const reported: unknown[] = [];
  const shieldRequests = createShieldRequests({ shield, report: (failure) => void reported.push(failure) });
  const ask = (clientAddress: string, path = '/v1/decisions') =>
    shieldRequests(new Request(`http://service${path}`), { waitUntil: () => undefined, clientAddress });
  return { reported, ask };
}

/** Admits so many of each network. */
function shieldOf(limit: number): Shield {
  const counts = new Map<string, number>();
  return {
    async admits(network) {
      const count = (counts.get(network) ?? 0) + 1;
      counts.set(network, count);
      return count <= limit;
    },
  };
}

describe('the shield before authentication', () => {
  it('holds back one network and no other, with when to come back', async () => {
    const { ask } = setUp(shieldOf(2));
    expect([await ask('192.0.2.1'), await ask('192.0.2.1')]).toEqual([undefined, undefined]);
    const refused = await ask('192.0.2.1');
    expect(refused?.status).toBe(429);
    expect(refused?.headers['retry-after']).toBe('10');
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await ask('192.0.2.2')).toBeUndefined();
  });

  it('is no way around for whoever draws addresses from one network', async () => {
    const { ask } = setUp(shieldOf(1));
    expect(await ask('2001:db8::1')).toBeUndefined();
    expect((await ask('2001:db8:0:0:ffff::2'))?.status).toBe(429);
    expect(await ask('2001:db8:0:1::1')).toBeUndefined();
  });

  it('lets pass what stops something, and nothing that looks like it', async () => {
    const { ask } = setUp({ admits: async () => false });
    const refused = async (path: string) => (await ask('192.0.2.1', path))?.status === 429;
    for (const path of ['/v1/control/halt', '/v1/control/reduce', '/v1/keys/bot/revoke?x=1'])
      expect(await refused(path), path).toBe(false);
    for (const path of [
      '/v1/control/resume',
      '/v1/keys',
      '/v1/control/halt/x',
      '/?/v1/control/halt',
      '/v1/keys/bot/rotate',
    ])
      expect(await refused(path), path).toBe(true);
  });

  it('lets pass where it fails, which is reported', async () => {
    const failure = new Error('no binding');
    const { reported, ask } = setUp({ admits: () => Promise.reject(failure) });
    expect(await ask('192.0.2.1')).toBeUndefined();
    expect(reported).toEqual([failure]);
  });
});

describe('whose address it is', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['unknown', 'unknown'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0000:0001:2:3:4:5', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ])('%s is of %s', (address, network) => {
    expect(addressBlockOf(address)).toBe(network);
  });
});
