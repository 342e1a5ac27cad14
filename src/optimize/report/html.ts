/** Text that is markup already. Only this file makes it, so whatever else reaches the page has been escaped. */
class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type { Markup };

/** A number is a coordinate and is rounded to hundredths; figures come as text from format.ts. Null is nothing. */
export type Content = Markup | string | number | null | readonly Content[];

/** Markup whose interpolations are escaped, for element content and for attributes in double quotes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = parts[0] as string;
  contents.forEach((content, i) => {
    text += rendered(content) + (parts[i + 1] as string);
  });
  return new Markup(text);
}

/** A constant of this folder (style sheet, script) that must stand as it is. */
export const trusted = (constant: string): Markup => new Markup(constant);

function rendered(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number') return coordinate(content);
  return content.map(rendered).join('');
}

function coordinate(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`a coordinate must be finite, not ${value}`);
  return String(Math.round(value * 100) / 100);
}

/** Control and bidirectional override characters are shown as U+FFFD: a name must not rearrange what it stands in. */
const escaped = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
