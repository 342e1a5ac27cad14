import { html } from 'hono/html';
import { holdCodes, problemCodes } from '../../core/codes.ts';
import { type Fragment, prose } from './prose.ts';

/** Every problem code by status, each at the fragment its problem's `type` points to. */
export const problemCodeSection = (): Fragment => html`<section id="problem-codes" class="codes">
<h2><a href="#problem-codes">Problem codes</a></h2>
<p>${prose('A refused request gets `application/problem+json` (RFC 9457) with a `code` from this closed list. Its `type` links here; `errors[]` names each fault of a body with its path; `Retry-After` says when a repeat makes sense. A code is never renamed or reused.')}</p>
<dl>${Object.entries(problemCodes).map(([code, { status, title }]) => codeRow(code, title, status))}</dl>
</section>`;

/** Every hold code. */
export const holdCodeSection = (): Fragment => html`<section id="hold-codes" class="codes">
<h2><a href="#hold-codes">HOLD codes</a></h2>
<p>${prose('HOLD means: send nothing new; protective orders stay. Its `reasons[]` carry codes from this closed list.')}</p>
<dl>${Object.entries(holdCodes).map(([code, title]) => codeRow(code, title))}</dl>
</section>`;

const codeRow = (code: string, title: string, status?: number): Fragment => html`<div id="${code}">
<dt><a href="#${code}"><code>${code}</code></a>${
  status === undefined ? '' : html` <span class="status s${String(status).slice(0, 1)}">${status}</span>`
}</dt>
<dd>${title}.</dd>
</div>`;
