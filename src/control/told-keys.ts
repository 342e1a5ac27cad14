import type { Clock } from '../core/clock.ts';
import { createChangedKeys } from './changed-keys.ts';
import { createRetiredSecrets } from './retired-secrets.ts';
import { createRevokedKeys } from './revoked-keys.ts';
import type { Revocations } from './sync.ts';

/** What this isolate was told of keys. */
export interface ToldKeys {
  /** Takes in what a sync told that was sent at `sentAtMs` of the monotonic clock. */
  learn(told: Revocations, sentAtMs: number): void;
  isRevoked(keyId: string): boolean;
  /** Whether the secret with this SHA-256 was rotated away, and its time is over. */
  isRetired(secretSha256: string): boolean;
  /** Changes whenever the key is told to be not what it was. */
  changesOf(keyId: string): number;
  /** Changes whenever anything is told of any key. */
  count(): number;
}

export function createToldKeys(clock: Pick<Clock, 'monotonicMs'>): ToldKeys {
  const revoked = createRevokedKeys();
  const retired = createRetiredSecrets(clock);
  const changed = createChangedKeys();
  let count = 0;
  return {
    learn({ revokedKeyIds, changedKeyIds, retirements }, sentAtMs) {
      count += revokedKeyIds.length + changedKeyIds.length + retirements.length;
      revoked.add(revokedKeyIds);
      changed.add(changedKeyIds);
      for (const { secretSha256, inMs } of retirements) retired.add(secretSha256, sentAtMs + inMs);
    },
    isRevoked: revoked.has,
    isRetired: retired.has,
    changesOf: changed.countOf,
    count: () => count,
  };
}
