import { type Content, html, type Markup } from './html.ts';

interface Section {
  readonly id: string;
  readonly title: string;
  /** What the section answers, one or two sentences. */
  readonly lead: string;
}

export const section = ({ id, title, lead }: Section, content: Content): Markup =>
  html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<p class="lead">${lead}</p>
${content}
</section>`;

/** In place of a part that is not there. */
export const absence = (reason: string): Markup => html`<p class="absent">Not available: ${reason}.</p>`;

/** Names with values. */
export const facts = (entries: readonly (readonly [string, Content])[]): Markup =>
  html`<dl class="facts">${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
