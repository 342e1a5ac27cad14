/** A limit that falls by a share where what it let in took too long, and rises by steps where it was reached and all was well. */
export interface AdaptiveLimit {
  value(): number;
  /** `used` was let in and took too long; of the least of it and the limit the share `ratio` is what may come next. */
  shrink(used: number, ratio: number): void;
  /** By its root: from ten to a thousand in about fifty steps. */
  grow(): void;
  reset(): void;
}

interface LimitBounds {
  /** It never falls below, at least 1. */
  readonly min: number;
  /** Where it begins. */
  readonly max: number;
}

/** One step takes no more than half away and no less than a twentieth: a single reading is noise. */
const ratioMin = 0.5;
const ratioMax = 0.95;

export function createAdaptiveLimit({ min, max }: LimitBounds): AdaptiveLimit {
  let limit = max;
  return {
    value: () => limit,
    shrink(used, ratio) {
      const share = Math.min(ratioMax, Math.max(ratioMin, ratio));
      limit = Math.max(min, Math.floor(Math.min(limit, used) * share));
    },
    grow() {
      limit = Math.min(max, limit + Math.ceil(Math.sqrt(limit)));
    },
    reset() {
      limit = max;
    },
  };
}
