import { beforeAll, describe, expect, it } from 'vitest';
import { holdCodes, problemCodes } from '../../src/core/codes.ts';
import { sha256Base64Url } from '../../src/core/digest.ts';
import type { RouteContext } from '../../src/http/context.ts';
import { answerSchema, decisionRequestSchema } from '../../src/http/decision-schemas.ts';
import { docsPage } from '../../src/http/docs/page.ts';
import { docs } from '../../src/http/docs.ts';
import { openApiDocument } from '../../src/http/openapi.ts';

/** The page reads nothing of the request. */
const anyContext = {} as RouteContext;
let response: Response;
let page: string;

beforeAll(async () => {
  response = await docs(anyContext);
  page = await response.clone().text();
});

describe('the docs page', () => {
  it('explains every problem code and every hold code at its own fragment', () => {
    for (const code of [...Object.keys(problemCodes), ...Object.keys(holdCodes)]) {
      expect(page.split(`id="${code}"`), code).toHaveLength(2);
    }
  });

  it('shows every route of the document with its method, scope, parameters and statuses', () => {
    for (const [path, item] of Object.entries(openApiDocument().paths ?? {})) {
      expect(page).toContain(`<code>${path}</code>`);
      for (const status of [item.get, item.post, item.put].flatMap((found) =>
        Object.keys(found?.responses ?? {}),
      )) {
        expect(page).toContain(`>${status}</span>`);
      }
    }
    expect(page).toContain('scope <code>decide</code>');
    expect(page).toContain('idempotency-key');
    expect(page).toContain('no key needed');
  });

  it('lists the fields of bodies with where they are, their types and their bounds', () => {
    expect(page).toContain('<span class="prefix">bars[].</span>t');
    expect(page).toContain('array of Bar');
    expect(page).toContain('1 to 32 characters');
    expect(page).toContain('<code>&quot;BUY&quot;</code>');
  });

  it('has no fragment twice and no link to a fragment that is not there', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(targets));
  });

  it('loads nothing, and its policy allows nothing but its own style', () => {
    const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? '';
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${sha256Base64Url(style)}='`);
    expect(page).not.toMatch(/<script|<img|<link rel="(?!icon)|style="|url\(|@import|https?:/);
  });

  it('escapes whatever the document says', async () => {
    const hostile = `"><script>alert('x')</script>&`;
    const document = openApiDocument();
    document.info.title = hostile;
    document.info.description = `\`${hostile}\``;
    document.paths = {
      [`/${hostile}`]: {
        get: {
          summary: hostile,
          description: hostile,
          parameters: [{ name: hostile, in: 'query', schema: { type: 'string', description: hostile } }],
          requestBody: {
            content: {
              'application/json': {
                schema: { type: 'object', properties: { [hostile]: { enum: [hostile] } }, example: hostile },
              },
            },
          },
          responses: { 200: { description: hostile } },
        },
      },
    };
    const escaped = await docsPage(document);
    expect(escaped).not.toContain('<script');
    expect(escaped.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(8);
  });
});

describe('the examples in the document', () => {
  const exampleOf = (name: string): unknown => {
    const schema = openApiDocument().components?.schemas?.[name];
    return schema && 'example' in schema ? schema.example : undefined;
  };

  it('fit the schemas they stand in', () => {
    expect(decisionRequestSchema.safeParse(exampleOf('DecisionRequest')).success).toBe(true);
    expect(answerSchema.safeParse(exampleOf('Decision')).success).toBe(true);
  });
});
