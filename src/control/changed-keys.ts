export interface ChangedKeys {
  add(keyIds: readonly string[]): void;
  /** Changes whenever something about the key did: what was read of it before is to be read again. */
  countOf(keyId: string): number;
}

/** As many as of revoked keys; see control/revoked-keys.ts. */
const changedKeysMax = 20_000;

/** The keys that this isolate was told are not what they were. */
export function createChangedKeys(): ChangedKeys {
  const counts = new Map<string, number>();
  let count = 0;
  return {
    add(keyIds) {
      for (const keyId of keyIds) {
        count += 1;
        counts.delete(keyId);
        counts.set(keyId, count);
        const [oldest] = counts.keys();
        if (counts.size > changedKeysMax && oldest !== undefined) counts.delete(oldest);
      }
    },
    countOf: (keyId) => counts.get(keyId) ?? 0,
  };
}
