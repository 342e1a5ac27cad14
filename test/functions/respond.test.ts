import { describe, expect, it } from 'vitest';
import { appendHeaders } from '../../functions/append-headers.ts';
import { copiedHeaders } from '../../functions/copied-headers.ts';

const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const limited = { 'ratelimit-policy': '"decide";q=9;w=1', ratelimit: '"decide";r=8;t=0', ...json };

/** Status, headers, body: of one shape with values that change and change back, and of shapes that come and go. */
const answers: readonly (readonly [number, Readonly<Record<string, string>>, string])[] = [
  [200, limited, '{"a":1}'],
  [200, { ...limited, ratelimit: '"decide";r=7;t=0' }, '{"a":2}'],
  [200, limited, '{"a":3}'],
  [200, { ...limited, 'idempotency-replayed': 'true' }, '{"a":4}'],
  [429, { 'content-type': 'application/problem+json', 'retry-after': '1' }, '{"code":"RATE_LIMITED"}'],
  [429, { 'content-type': 'application/problem+json', 'retry-after': '60' }, ''],
  [503, { 'content-type': 'application/problem+json', 'retry-after': '1' }, '{}'],
  [200, json, '{"ä":"€"}'],
  [200, limited, '{"a":5}'],
  [400, {}, ''],
];

describe.each([
  ['appended', appendHeaders],
  ['copied', copiedHeaders()],
])('answers with headers that are %s', (_name, respond) => {
  it('have the status, the headers and the body that were given, whatever was answered before', async () => {
    for (const [status, headers, body] of [...answers, ...answers.toReversed()]) {
      const response = respond(status, headers, body);
      const own = Object.fromEntries(response.headers);
      expect(response.status).toBe(status);
      // Without a type a platform may name the text's own.
      expect('content-type' in headers ? own : { ...own, 'content-type': undefined }).toEqual(headers);
      expect(await response.text()).toBe(body);
    }
  });

  it('change nothing of the answers before, nor of those after when theirs are changed', () => {
    const first = respond(200, limited, '{}');
    const second = respond(200, { ...limited, ratelimit: 'other' }, '{}');
    second.headers.set('cache-control', 'public');
    const third = respond(200, limited, '{}');
    for (const response of [first, third]) expect(Object.fromEntries(response.headers)).toEqual(limited);
  });

  it('refuse a header that would be two, and answer the next one as if nothing had been', () => {
    expect(() => respond(200, { ...limited, ratelimit: 'a\r\nset-cookie: b' }, '{}')).toThrow(TypeError);
    expect(Object.fromEntries(respond(200, limited, '{}').headers)).toEqual(limited);
  });
});
