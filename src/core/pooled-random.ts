import type { Random } from './clock.ts';

/** Drawn at once; larger wishes go to the platform. */
const BLOCK_BYTES = 1_024;

/**
 * Randomness drawn from the platform in blocks, since a draw costs the same for 8 bytes and for a thousand. Every byte is
 * handed out once. Nothing is drawn before the first wish: Workers refuse randomness at module scope.
 */
export function poolRandom(random: Random): Random {
  let block = new Uint8Array(0);
  let position = 0;
  return {
    bytes(length) {
      if (length > BLOCK_BYTES) return random.bytes(length);
      if (position + length > block.length) {
        block = random.bytes(BLOCK_BYTES);
        position = 0;
      }
      position += length;
      return block.slice(position - length, position);
    },
  };
}
