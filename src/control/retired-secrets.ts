import type { Clock } from '../core/clock.ts';

export interface RetiredSecrets {
  /** From `atMs` of the monotonic clock on the secret is no longer good. */
  add(secretSha256: string, atMs: number): void;
  has(secretSha256: string): boolean;
}

/** As many as of revoked keys; see control/revoked-keys.ts. */
const retiredMax = 20_000;

/** The secrets of rotated keys that this isolate was told of, each with the moment of its end. */
export function createRetiredSecrets(clock: Pick<Clock, 'monotonicMs'>): RetiredSecrets {
  const retired = new Map<string, number>();
  return {
    add(secretSha256, atMs) {
      retired.set(secretSha256, Math.min(atMs, retired.get(secretSha256) ?? Infinity));
      const [oldest] = retired.keys();
      if (retired.size > retiredMax && oldest !== undefined) retired.delete(oldest);
    },
    has(secretSha256) {
      const atMs = retired.get(secretSha256);
      return atMs !== undefined && clock.monotonicMs() >= atMs;
    },
  };
}
