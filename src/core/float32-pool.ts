/** Rows of 32-bit floats that are views of one block: V8 keeps each array of more than 64 bytes outside its heap, and counts them. */
export interface Float32Pool {
  /** Zeros, of nobody else. */
  take(length: number): Float32Array<ArrayBuffer>;
}

const blockLength = 2_048;

/** A block lives for as long as any of its rows. */
export function createFloat32Pool(): Float32Pool {
  let block = new Float32Array(0);
  let taken = 0;
  return {
    take(length) {
      if (length > blockLength) return new Float32Array(length);
      if (taken + length > block.length) {
        block = new Float32Array(blockLength);
        taken = 0;
      }
      taken += length;
      return block.subarray(taken - length, taken);
    },
  };
}
