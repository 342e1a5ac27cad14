import { describe, expect, it } from 'vitest';
import { progressBar } from '../../src/optimize/progress-bar.ts';

function drawn(isTTY: boolean | undefined, shares: readonly number[]): string[] {
  const texts: string[] = [];
  const bar = progressBar({ isTTY, write: (text) => texts.push(text) }, 'work');
  for (const share of shares) bar.update(share);
  bar.finish();
  return texts;
}

describe('progressBar', () => {
  it('draws a line anew on a terminal, once a hundredth, and ends it', () => {
    const texts = drawn(true, [0, 0.001, 0.5, 0.501, 1]);
    expect(texts).toEqual([
      `\rwork ${'·'.repeat(25)} 0 %`,
      `\rwork ${'█'.repeat(13)}${'·'.repeat(12)} 50 %`,
      `\rwork ${'█'.repeat(25)} 100 %`,
      '\n',
    ]);
  });

  it('writes a line a tenth elsewhere', () => {
    const hundredths = Array.from({ length: 101 }, (_, i) => i / 100);
    const texts = drawn(undefined, hundredths);
    expect(texts).toHaveLength(11);
    expect([texts[0], texts[10]]).toEqual(['work: 0 %\n', 'work: 100 %\n']);
  });

  it('goes neither back nor beyond the end', () => {
    expect(drawn(false, [0.5, 0.2, 7])).toEqual(['work: 50 %\n', 'work: 100 %\n']);
  });

  it('writes nothing where nothing was done', () => {
    expect(drawn(true, [])).toEqual([]);
  });
});
