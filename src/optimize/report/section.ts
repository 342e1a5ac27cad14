import type { Settings } from '../optimization-report.ts';
import { setting } from './format.ts';
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
  html`<dl class="facts">${entries.map(fact)}</dl>`;

export function settingFacts(settings: Settings): Markup {
  const entries = Object.entries(settings);
  if (entries.length === 0) return absence('nothing was recorded');
  return html`<dl class="facts short">${entries.map(([name, value]) => fact([name, setting(value)]))}</dl>`;
}

const fact = ([name, value]: readonly [string, Content]): Markup =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
