import { describe, expect, it } from 'vitest';
import { hmacSha256Hex } from '../../../src/core/digest.ts';
import { signedPayload } from '../../../src/http/signing/signed-payload.ts';

/** The published examples of Binance: binance-spot-api-docs, rest-api.md, "SIGNED Endpoint Examples for POST /api/v3/order". */
const published = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j';
const [order, terms] = [
  'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC',
  'quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559',
];

describe('what is signed', () => {
  it.each([
    [
      'all in the query',
      `${order}&${terms}`,
      '',
      'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71',
    ],
    [
      'all in the body',
      '',
      `${order}&${terms}`,
      'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71',
    ],
    ['in both', order, terms, '0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77'],
  ])(
    'is, behind method and path, what has the signatures that Binance published: %s',
    (_, query, body, signature) => {
      const ours = 'POST /api/v3/order\n';
      const payload = signedPayload({ method: 'POST', path: '/api/v3/order', query, body });
      expect(payload.startsWith(ours)).toBe(true);
      expect(hmacSha256Hex(published, payload.slice(ours.length))).toBe(signature);
    },
  );

  it('differs by method, path, query and body', () => {
    const parts = { method: 'POST', path: '/v1/control/halt', query: 'timestamp=1', body: '{}' };
    const others = [
      parts,
      { ...parts, method: 'PUT' },
      { ...parts, path: '/v1/control/reduce' },
      { ...parts, query: 'timestamp=2' },
      { ...parts, body: '{"reason":"x"}' },
    ];
    expect(new Set(others.map(signedPayload)).size).toBe(others.length);
  });
});
