const float = new Float64Array(1);
const words = new Int32Array(float.buffer);
/** Where an f64's high word lies depends on the machine's byte order. */
const HIGH = new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Sign, exponent and the first 20 fraction bits of an f64, as i32. */
export function highWordOf(x: number): number {
  float[0] = x;
  return words[HIGH] as number;
}

/** `x` with its sign, exponent and first 20 fraction bits replaced. */
export function withHighWord(x: number, highWord: number): number {
  float[0] = x;
  words[HIGH] = highWord;
  return float[0];
}

/** 2^exponent for an integer exponent in [−1022, 1023]. */
export function powerOfTwo(exponent: number): number {
  float[0] = 0;
  words[HIGH] = (exponent + 1023) << 20;
  return float[0];
}
