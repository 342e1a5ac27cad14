import { log } from './log.ts';

/**
 * Repeatable pseudo-random numbers: the same seed gives the same bits on every engine. For training, seeded
 * series and simulation; never for secrets. Generator: Chris Doty-Humphrey's sfc32 (PractRand), seeded by the
 * finaliser of MurmurHash3 over a Weyl sequence, period at least 2³².
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  #spareNormal: number | undefined;

  /** `seed`: an integer; its low 32 bits are used. */
  constructor(seed: number) {
    let weyl = seed | 0;
    const next = (): number => {
      weyl = (weyl + 0x9e3779b9) | 0;
      return mixed(weyl);
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    // sfc32 asks for a warm-up, since its state starts with a counter of 1.
    for (let i = 0; i < 12; i += 1) this.uint32();
  }

  /** Uniform integer in [0, 2³²). */
  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  /** Uniform integer in [0, `bound`), 1 ≤ bound ≤ 2³². The bias is below bound ÷ 2⁵³. */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Standard normal variate, by Marsaglia's polar method. */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * log(s)) / s);
        this.#spareNormal = v * factor;
        return u * factor;
      }
    }
  }
}

function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
