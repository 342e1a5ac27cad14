import { describe, expect, it } from 'vitest';
import { problemCodes } from '../../src/core/codes.ts';
import type { RouteContext } from '../../src/http/context.ts';
import { openApiDocument } from '../../src/http/openapi.ts';
import { openapi } from '../../src/http/serve-openapi.ts';

const document = openApiDocument();
const responses = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries((item.get ?? item.post)?.responses ?? {}).map(([status, response]) => ({
    at: `${path} ${status}`,
    status: Number(status),
    headers: Object.keys(response.headers ?? {}),
    references: Object.values(response.headers ?? {}),
  })),
);
const headersAt = (at: string) => responses.find((response) => response.at === at)?.headers;

describe('the OpenAPI document', () => {
  it('names the headers that every answer carries on every answer', () => {
    expect(responses.length).toBeGreaterThan(15);
    // The answer that upgrades is the runtime's own.
    for (const { at, headers } of responses.filter(({ status }) => status !== 101)) {
      expect(headers, at).toEqual(expect.arrayContaining(['traceparent', 'Server-Timing']));
    }
  });

  it('names what a refusal says of when and how to come back', () => {
    for (const { at, status, headers } of responses) {
      if (status === 401) expect(headers, at).toContain('WWW-Authenticate');
      if (status === 429) expect(headers, at).toContain('Retry-After');
    }
    expect(headersAt('/v1/decisions 503')).toContain('Retry-After');
    expect(headersAt('/v1/decisions 409')).toContain('Retry-After');
  });

  it('names the limits and the replay on a decision', () => {
    expect(headersAt('/v1/decisions 200')).toEqual(
      expect.arrayContaining(['RateLimit', 'RateLimit-Policy', 'Idempotency-Replayed']),
    );
  });

  it('describes each header once, and refers to none that it does not describe', () => {
    const described = Object.keys(document.components?.headers ?? {}).map(
      (name) => `#/components/headers/${name}`,
    );
    const referred = responses.flatMap(({ references }) =>
      references.map((reference) => (reference as { readonly $ref?: string }).$ref),
    );
    expect([...new Set(referred)].sort()).toEqual(described.sort());
  });

  it('says where a key may sign, and that it does not sign for decisions', () => {
    const schemesOf = (path: string, method: 'get' | 'post') =>
      (document.paths?.[path]?.[method]?.security ?? []).map((requirement) => Object.entries(requirement)[0]);
    expect(schemesOf('/v1/control/resume', 'post')).toEqual([
      ['key', ['approve']],
      ['signature', ['approve']],
    ]);
    expect(schemesOf('/v1/decisions', 'post')).toEqual([['key', ['decide']]]);
    expect(schemesOf('/healthz', 'get')).toEqual([]);
  });

  it('has every status of the closed code list, 405 in words', () => {
    const statuses = new Set(responses.map(({ status }) => status));
    const missing = Object.values(problemCodes).filter(({ status }) => !statuses.has(status));
    expect(missing).toEqual([problemCodes.METHOD_NOT_ALLOWED]);
    expect(document.info.description).toContain('405');
  });

  it('has 500 on every route, and 429 on every route that takes a key', () => {
    for (const [path, item] of Object.entries(document.paths ?? {})) {
      for (const operation of [item.get, item.post, item.put].filter((found) => found !== undefined)) {
        const statuses = Object.keys(operation.responses ?? {});
        expect(statuses, path).toContain('500');
        if (operation.security) expect(statuses, path).toContain('429');
      }
    }
  });
});

describe('GET /openapi.json', () => {
  it('gives the same document to everybody', async () => {
    const anyContext = {} as RouteContext;
    const [first, second] = await Promise.all([openapi(anyContext), openapi(anyContext)]);
    expect(first.headers.get('content-type')).toBe('application/json');
    const text = await first.text();
    expect(await second.text()).toBe(text);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(document)));
  });
});
