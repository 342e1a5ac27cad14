import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromJournalText, toJournalText } from '../../../src/optimize/pipeline/journal-text.ts';

const anyNumber = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 5e-324));
const anyArray = fc.oneof(
  fc.uint8Array(),
  fc.int32Array(),
  fc.float32Array(),
  fc.float64Array(),
  // A part of a larger one must not bring the rest along.
  fc.array(anyNumber, { minLength: 3 }).map((values) => Float64Array.from(values).subarray(1, 2)),
);
const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyNumber,
    anyArray,
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie('value'), { noNullPrototype: true }),
  ),
})).value;

const bytesOf = (array: ArrayBufferView): number[] => [
  ...new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
];

describe('toJournalText and fromJournalText', () => {
  it('give back plain data with typed arrays as they were, on one line', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const text = toJournalText(value);
        expect(text).not.toContain('\n');
        // Object.is on every number: NaN stays NaN and −0 is not 0.
        expect(fromJournalText(text)).toStrictEqual(value);
        expect(toJournalText(fromJournalText(text))).toBe(text);
      }),
    );
  });

  it('keep every bit of an array, the payload of NaN included', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 64 }), (drawn) => {
        const bytes = drawn.slice(0, drawn.length - (drawn.length % 8));
        for (const kind of [Float64Array, Float32Array, Int32Array, Uint8Array]) {
          const array = new kind(bytes.buffer.slice(0));
          const back = fromJournalText(toJournalText(array)) as typeof array;
          expect(back).toBeInstanceOf(kind);
          expect(bytesOf(back)).toEqual([...bytes]);
        }
      }),
    );
  });

  it('tell −0, NaN and the infinities apart wherever they stand', () => {
    const value = { a: [-0, 0, NaN], b: { c: Infinity, d: -Infinity } };
    expect(fromJournalText(toJournalText(value))).toStrictEqual(value);
  });
});
