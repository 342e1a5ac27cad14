/** Somebody asked to put a bundle in force. It may have been done unless he was told otherwise. */
export interface PromotionAsked {
  /** First digits of the bundle's hash, as answers tell it. */
  readonly version: string;
  readonly begunAtMs: number;
  toldAtMs: number | undefined;
  isRefused: boolean;
}

/** The truth about the models, kept outside of every store: what was put in force, and whether one failed. */
export interface ModelHistory {
  promotionAsked(version: string, nowMs: number): PromotionAsked;
  /** What was in force for sure from `toldAtMs` to `atMs`; undefined where nobody can tell, or nothing was changed. */
  inForce(atMs: number): { readonly version: string; readonly toldAtMs: number } | undefined;
  /** A model begins to fail. */
  failed(): void;
  hasFailed(): boolean;
}

export function createModelHistory(): ModelHistory {
  const promotions: PromotionAsked[] = [];
  let hasFailed = false;
  return {
    promotionAsked(version, nowMs) {
      const asked = { version, begunAtMs: nowMs, toldAtMs: undefined, isRefused: false };
      promotions.push(asked);
      return asked;
    },
    inForce(atMs) {
      const last = promotions.findLast(({ begunAtMs, isRefused }) => !isRefused && begunAtMs <= atMs);
      if (last?.toldAtMs === undefined) return undefined;
      // One that nobody was told the end of may come in later.
      const isAlone = promotions.every(
        (other) => other === last || other.isRefused || (other.toldAtMs ?? Infinity) < last.begunAtMs,
      );
      return isAlone ? { version: last.version, toldAtMs: last.toldAtMs } : undefined;
    },
    failed() {
      hasFailed = true;
    },
    hasFailed: () => hasFailed,
  };
}
