import type { Clock, Random } from './clock.ts';
import { hexOfByte as hex } from './hex.ts';

export interface IdSource {
  /** A UUIDv7 in lower case, greater than every id this source gave before. */
  next(): string;
}

interface IdSourceOptions {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly random: Random;
}

/** Random bytes drawn at once: one call to the platform serves some 140 ids. */
const BLOCK_BYTES = 1024;
/** A fresh millisecond takes 3 bytes for the counter's start, every id 7 for its tail. */
const BYTES_PER_ID_MAX = 10;
const COUNTER_LIMIT = 0x40000;
const UNIX_MS_LIMIT = 0x1000000000000;

/**
 * UUIDv7 (RFC 9562 §5.7), strictly increasing within one source: 48 bits of epoch milliseconds, an 18-bit
 * counter (`rand_a` and the first 6 bits of `rand_b`, RFC 9562 §6.2 method 1), 56 random bits.
 *
 * The counter starts at a random 17-bit number each millisecond, so at least 2¹⁷ ids fit before it overflows;
 * then the timestamp moves on by itself. When the clock stands still or steps back, the last timestamp stays and the
 * counter runs. Nothing is drawn before the first id: Workers refuse randomness at module scope.
 *
 * `next` throws when the clock's reading is not an integer in [0, 2⁴⁸).
 */
export function createIdSource({ clock, random }: IdSourceOptions): IdSource {
  let block: Uint8Array = new Uint8Array(0);
  let position = 0;
  let unixMs = -1;
  let counter = 0;

  const byte = () => block[position++] as number;

  const advance = () => {
    const nowMs = clock.nowMs();
    if (!Number.isInteger(nowMs) || nowMs < 0 || nowMs >= UNIX_MS_LIMIT) {
      throw new RangeError(`The clock reads ${nowMs} ms`);
    }
    if (nowMs <= unixMs && ++counter < COUNTER_LIMIT) return;
    unixMs = nowMs > unixMs ? nowMs : unixMs + 1;
    counter = ((byte() & 1) << 16) | (byte() << 8) | byte();
  };

  return {
    next() {
      if (block.length - position < BYTES_PER_ID_MAX) {
        block = random.bytes(BLOCK_BYTES);
        position = 0;
      }
      advance();
      const upper = Math.floor(unixMs / 0x10000);
      const timestampHigh = hex(upper >>> 24) + hex(upper >>> 16) + hex(upper >>> 8) + hex(upper);
      const timestampLow = hex(unixMs / 0x100) + hex(unixMs);
      const randA = hex(0x70 | (counter >>> 14)) + hex(counter >>> 6);
      const randB = hex(0x80 | (counter & 0x3f)) + hex(byte());
      const tail = hex(byte()) + hex(byte()) + hex(byte()) + hex(byte()) + hex(byte()) + hex(byte());
      return `${timestampHigh}-${timestampLow}-${randA}-${randB}-${tail}`;
    },
  };
}
