import { describe, expect, it } from 'vitest';
import { quoted } from '../../src/core/quoted.ts';

describe('quoted', () => {
  it('is what JSON.stringify makes of each character, alone and between others', () => {
    for (let code = 0; code <= 0xffff; code += 1) {
      const character = String.fromCharCode(code);
      for (const text of [character, `a${character}`, `${character}b`])
        if (quoted(text) !== JSON.stringify(text)) expect(quoted(text)).toBe(JSON.stringify(text));
    }
  });

  it.each(['', 'SPX', 'local-decide', 'a "b" \\ c', 'tab\t', 'ä', '€', '𝄞', '\ud834'])(
    'quotes %j',
    (text) => {
      expect(quoted(text)).toBe(JSON.stringify(text));
    },
  );
});
