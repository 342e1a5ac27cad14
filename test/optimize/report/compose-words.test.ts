import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/seeded-random.ts';
import { baseRateWords, ewmaSentence } from '../../../src/optimize/report/compose/compose-words.ts';

/** Gains of 650 rows about `mean`, with noise of 0.1 a row. */
function gainsAround(mean: number): Float64Array {
  const random = new SeededRandom(3);
  return Float64Array.from({ length: 650 }, () => mean + 0.1 * random.normal());
}

describe('the words on a head', () => {
  it('say more, less or neither of its base rate, by which side of zero the interval lies on', () => {
    expect(baseRateWords(gainsAround(0.05))).toBe('knows more than its base rate');
    expect(baseRateWords(gainsAround(-0.05))).toBe('knows less than its base rate');
    expect(baseRateWords(gainsAround(0))).toBe('is not shown to know more than its base rate');
  });

  it('say that EWMA volatility is beaten only where the lower bound is above zero, and always the interval', () => {
    const interval = /: [+−]\d\.\d{4} nats a row \(95\u202f%: [+−]\d\.\d{4} to [+−]\d\.\d{4}\)\.$/;
    const sentences = [0.05, 0.001, -0.05].map((mean) => ewmaSentence(gainsAround(mean)));
    expect(sentences.map((sentence) => sentence.includes(' beats EWMA volatility'))).toEqual([
      true,
      false,
      false,
    ]);
    for (const sentence of sentences) expect(sentence).toMatch(interval);
  });
});
