import { sha256Base64Url } from '../core/digest.ts';
import type { Handler } from './context.ts';
import { docsPage } from './docs/page.ts';
import { stylesheet } from './docs/stylesheet.ts';
import { openApiDocument } from './openapi.ts';

/** Rendered at the first request, not at module scope: it costs an isolate's start nothing. */
let page: string | undefined;

/** `GET /docs`: the contract as a page, made from the OpenAPI document and the closed code list. */
export const docs: Handler = async () => {
  page ??= await docsPage(openApiDocument());
  return new Response(page, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy(),
      'cache-control': 'public, max-age=300',
      'referrer-policy': 'no-referrer',
    },
  });
};

/** Nothing but the page's own style: no scripts, no frames, no requests. */
const contentSecurityPolicy = (): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${sha256Base64Url(stylesheet)}='`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
