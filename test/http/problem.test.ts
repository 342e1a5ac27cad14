import { describe, expect, it } from 'vitest';
import { type ProblemCode, problemCodes } from '../../src/core/codes.ts';
import { problemResponse } from '../../src/http/problem.ts';

const codes = Object.keys(problemCodes) as ProblemCode[];

describe('a problem', () => {
  it.each(codes)(
    '%s carries its status, its code and where it is explained, and is stored nowhere',
    async (code) => {
      const response = problemResponse({ code });
      expect(response.status).toBe(problemCodes[code].status);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toMatchObject({ code, type: `/docs#${code}`, status: response.status });
    },
  );

  it('names the scheme that keys go by where the key is missing or wrong, and nowhere else', () => {
    for (const code of codes) {
      const challenge = problemResponse({ code }).headers.get('www-authenticate');
      expect(challenge?.startsWith('Bearer ') ?? false, code).toBe(problemCodes[code].status === 401);
    }
  });

  it('rounds a wait up to whole seconds, and never to none', () => {
    const retryAfter = (retryAfterMs: number) =>
      problemResponse({ code: 'RATE_LIMITED', retryAfterMs }).headers.get('retry-after');
    expect([retryAfter(1), retryAfter(1_000), retryAfter(1_001)]).toEqual(['1', '1', '2']);
  });
});
