import { html } from 'hono/html';

/** A piece of the page, escaped. */
export type Fragment = ReturnType<typeof html>;

/** A sentence whose words in backticks are code. */
export const prose = (text: string): readonly (string | Fragment)[] =>
  text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
