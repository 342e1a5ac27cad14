import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from '../../../src/optimize/report/html.ts';

describe('html', () => {
  it('escapes text in content and in attributes, and passes on what is markup already', () => {
    const inner = html`<b>${'a < b & "c"'}</b>`;
    expect(html`<p title="${`x"y'z`}">${inner}</p>`.text).toBe(
      '<p title="x&quot;y&#39;z"><b>a &lt; b &amp; &quot;c&quot;</b></p>',
    );
  });

  it('lets no text open a tag, leave an attribute, or turn the reading direction', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = html`${text}`.text;
        expect(shown).not.toMatch(/[<>"']/);
        expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
        expect(shown.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      }),
    );
  });

  it('joins lists, leaves out null, and rounds coordinates to hundredths', () => {
    expect(html`${['a', null, html`<i>b</i>`]}|${1.23456}|${-0.001}|${12}`.text).toBe('a<i>b</i>|1.23|0|12');
  });

  it('throws at a coordinate that is not finite, for it would draw nothing and say nothing', () => {
    expect(() => html`${Number.NaN}`).toThrow(RangeError);
    expect(() => html`${Number.POSITIVE_INFINITY}`).toThrow(RangeError);
  });
});
