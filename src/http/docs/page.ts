import { html, raw } from 'hono/html';
import { holdCodeSection, problemCodeSection } from './code-lists.ts';
import { type OpenApiDocument, type Route, routesOf } from './openapi-view.ts';
import { operationSection } from './operation.ts';
import { type Fragment, prose } from './prose.ts';
import { stylesheet } from './stylesheet.ts';

/** The whole docs page of a document. It loads nothing and runs nothing. */
export async function docsPage(document: OpenApiDocument): Promise<string> {
  const routes = routesOf(document);
  const { title, version, description } = document.info;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} API</title>
<link rel="icon" href="data:,">
<style>${raw(stylesheet)}</style>
</head>
<body>
${navigation(title, version, routes)}
<main>
<header>
<h1>${title} API</h1>
<p class="lead">${prose(description ?? '')}</p>
${introduction()}
</header>
${routes.map((route) => operationSection(document, route))}
${problemCodeSection()}
${holdCodeSection()}
</main>
</body>
</html>`;
  return (await page).toString();
}

const navigation = (title: string, version: string, routes: readonly Route[]): Fragment => html`<nav>
<p class="brand"><a href="#">${title}</a> <span>v${version}</span></p>
<ul>${routes.map(
  ({ anchor, method, path }) =>
    html`<li><a href="#${anchor}"><span class="method">${method}</span> <code>${path}</code></a></li>`,
)}</ul>
<ul>
<li><a href="#problem-codes">Problem codes</a></li>
<li><a href="#hold-codes">HOLD codes</a></li>
<li><a href="/openapi.json">OpenAPI document</a></li>
</ul>
</nav>`;

const introduction = (): Fragment => html`<dl class="facts">
<div><dt>Keys</dt><dd>${prose('`Authorization: Bearer <id>.<secret>`. A key belongs to one account and carries scopes; each route names the one it needs. Who would rather not send a secret signs: see the security scheme `signature` in the OpenAPI document.')}</dd></div>
<div><dt>Repeats</dt><dd>${prose('With an `Idempotency-Key` a repeated call gets the same bytes or a refusal, never a second decision.')}</dd></div>
<div><dt>Limits</dt><dd>${prose('`RateLimit` and `RateLimit-Policy` say what is left; a refusal says `Retry-After`.')}</dd></div>
<div><dt>Traces</dt><dd>${prose('W3C `traceparent` in and out; `Server-Timing` names the stages of each answer.')}</dd></div>
</dl>`;
