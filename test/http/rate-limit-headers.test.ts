import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateLimitHeaders } from '../../src/http/rate-limit-headers.ts';

type BareItem = string | number;
interface Item {
  readonly value: BareItem;
  readonly params: Readonly<Record<string, BareItem>>;
}

/**
 * The Lists of Items that draft-ietf-httpapi-ratelimit-headers-11 needs of Structured Fields (RFC 9651 §4.2): Strings, Integers
 * and their Parameters. Throws where a text is none.
 */
function parseList(text: string): readonly Item[] {
  let rest = text;
  const take = (pattern: RegExp): string => {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) throw new Error(`${JSON.stringify(rest)} is not ${pattern}`);
    rest = rest.slice(found.length);
    return found;
  };
  const bareItem = (): BareItem => {
    if (rest.startsWith('"')) {
      const quoted = take(/^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/);
      return quoted.slice(1, -1).replaceAll(/\\(["\\])/g, '$1');
    }
    const digits = take(/^-?\d{1,15}(?![\d.])/);
    return Number(digits);
  };
  const item = (): Item => {
    const value = bareItem();
    const params: Record<string, BareItem> = {};
    while (rest.startsWith(';')) {
      take(/^; */);
      const key = take(/^[a-z*][a-z0-9_.*-]*/);
      take(/^=/);
      params[key] = bareItem();
    }
    return { value, params };
  };
  const items = [item()];
  while (rest !== '') {
    take(/^[ \t]*,[ \t]*/);
    items.push(item());
  }
  return items;
}

describe('the RateLimit fields', () => {
  it('are read by a parser that reads the draft’s own examples', () => {
    expect(parseList('"burst";q=100;w=60,"daily";q=1000;w=86400')).toEqual([
      { value: 'burst', params: { q: 100, w: 60 } },
      { value: 'daily', params: { q: 1000, w: 86_400 } },
    ]);
    expect(parseList('"default";r=50;t=30')).toEqual([{ value: 'default', params: { r: 50, t: 30 } }]);
    for (const wrong of ['', '"a', '"a";', '"a";q', '"a";q=1.5', '"a";Q=1', 'q=1,'])
      expect(() => parseList(wrong), wrong).toThrow();
  });

  it('are what the draft has them be, for every bucket', () => {
    const bucket = fc.record({
      burst: fc.integer({ min: 1, max: 1_000_000_000 }),
      ratePerSecond: fc.integer({ min: 1, max: 1_000_000 }),
      remaining: fc.integer({ min: 0, max: 1_000_000_000 }),
      retryAfterMs: fc.double({ min: 0, max: 86_400_000, noNaN: true }),
    });
    fc.assert(
      fc.property(bucket, (given) => {
        const fields = rateLimitHeaders(given);
        const [policy, ...otherPolicies] = parseList(fields['ratelimit-policy'] ?? '');
        const [limit, ...otherLimits] = parseList(fields['ratelimit'] ?? '');
        expect([otherPolicies, otherLimits]).toEqual([[], []]);
        // The limit names the policy that it is of.
        expect(limit?.value).toBe(policy?.value);
        expect(policy?.params['q']).toBe(given.burst);
        // Not zero, and in whole seconds the time in which an empty bucket fills.
        const window = Number(policy?.params['w']);
        expect(window).toBeGreaterThanOrEqual(1);
        expect(window).toBeGreaterThanOrEqual(given.burst / given.ratePerSecond);
        expect(window - 1).toBeLessThan(Math.max(1, given.burst / given.ratePerSecond));
        expect(limit?.params['r']).toBe(given.remaining);
        expect(limit?.params['t']).toBe(Math.ceil(given.retryAfterMs / 1_000));
      }),
    );
  });
});
