/** Tells whether more than one has asked of late: only then is anybody held to a share. */
export interface Sharing {
  /** @returns `who` where there are others, and null where there is nobody to share with */
  sharerOf(who: string, nowMs: number): string | null;
}

/** `quietMs`: after so long without a change of who asks, the last one is taken to be alone. */
export function createSharing(quietMs: number): Sharing {
  let last: string | undefined;
  let untilMs = Number.NEGATIVE_INFINITY;
  return {
    sharerOf(who, nowMs) {
      if (last !== undefined && who !== last) untilMs = nowMs + quietMs;
      last = who;
      return nowMs < untilMs ? who : null;
    },
  };
}
