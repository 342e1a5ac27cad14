import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolRandom } from '../../src/core/pooled-random.ts';

describe('poolRandom', () => {
  it('hands out no byte twice', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 40 }), (lengths) => {
        let drawn = 0;
        // Every two bytes are the number of their pair, so that a pair handed out twice shows.
        const pool = poolRandom({
          bytes: (length) => new Uint8Array(Uint16Array.from({ length: length / 2 }, () => drawn++).buffer),
        });
        const pairs = lengths.flatMap((length) => [...new Uint16Array(pool.bytes(2 * length).buffer)]);
        expect(new Set(pairs).size).toBe(pairs.length);
      }),
    );
  });

  it('never gives the bytes of one wish to another, whatever is done to them', () => {
    let next = 0;
    const pool = poolRandom({ bytes: (length) => new Uint8Array(length).map(() => next++) });
    const first = pool.bytes(4);
    first.fill(255);
    expect([...pool.bytes(4)]).toEqual([4, 5, 6, 7]);
  });

  it('draws nothing before it is asked, and leaves large wishes to the platform', () => {
    const lengths: number[] = [];
    const pool = poolRandom({
      bytes(length) {
        lengths.push(length);
        return new Uint8Array(length);
      },
    });
    expect(lengths).toEqual([]);
    expect(pool.bytes(2_000)).toHaveLength(2_000);
    expect(lengths).toEqual([2_000]);
  });
});
