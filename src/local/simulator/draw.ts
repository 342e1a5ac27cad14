import { log } from '../../core/log.ts';
import { SeededRandom } from '../../core/seeded-random.ts';

/** Everything a run leaves to chance, from one seed: the same calls in the same order give the same run. */
export class Draw {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  /** True with probability `share`. */
  chance(share: number): boolean {
    return this.#random.uniform() < share;
  }

  /** Uniform real in [`low`, `high`). */
  between(low: number, high: number): number {
    return low + (high - low) * this.#random.uniform();
  }

  /** Uniform integer in [`low`, `high`]. */
  integer(low: number, high: number): number {
    return low + this.#random.below(high - low + 1);
  }

  pick<T>(items: readonly [T, ...T[]]): T;
  pick<T>(items: readonly T[]): T | undefined;
  pick<T>(items: readonly T[]): T | undefined {
    return items[this.#random.below(items.length)];
  }

  /** Time until the next of events that come `perSecond` on average, in milliseconds. */
  gapMs(perSecond: number): number {
    return (-log(1 - this.#random.uniform()) * 1_000) / perSecond;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index++) bytes[index] = this.#random.uint32();
    return bytes;
  }
}
