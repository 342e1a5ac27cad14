export interface RevokedKeys {
  add(keyIds: readonly string[]): void;
  has(keyId: string): boolean;
}

/** Older revocations are forgotten; more than the keys an isolate keeps in its cache. */
const revokedKeysMax = 20_000;

/** The keys that this isolate was told are no longer good. */
export function createRevokedKeys(): RevokedKeys {
  const revoked = new Set<string>();
  return {
    add(keyIds) {
      for (const keyId of keyIds) revoked.add(keyId);
      for (const keyId of revoked) {
        if (revoked.size <= revokedKeysMax) break;
        revoked.delete(keyId);
      }
    },
    has: (keyId) => revoked.has(keyId),
  };
}
