import { sha256Base64Url } from '../core/digest.ts';
import { docsPage } from './docs/page.ts';
import { stylesheet } from './docs/stylesheet.ts';
import { openApiDocument } from './openapi.ts';

// What the service says of itself, as text. Import it on demand only: on Deno and Bun it is made then; the Worker's build
// makes it ahead (src/local/build-worker.ts) and ships the texts without what they are made of.

const document = openApiDocument();

/** Nothing but the page's own style: no scripts, no frames, no requests. */
const docsPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${sha256Base64Url(stylesheet)}='`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const serviceDescription = {
  /** JSON. */
  openApi: JSON.stringify(document),
  /** HTML, and the content security policy it needs. */
  docs: await docsPage(document),
  docsPolicy,
};
