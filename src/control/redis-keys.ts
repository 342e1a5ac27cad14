/** Every Redis key that `control` owns; scripts get them as KEYS and build none themselves. */
export const redisKeys = {
  /** Hash {epoch, state, registry}. */
  control: 'ultrathink:control',
  /** Sorted set: key ids by revocation sequence number. */
  revocations: 'ultrathink:revocations',
  memo: (requestId: string): string => `ultrathink:memo:${requestId}`,
  bucket: (keyId: string): string => `ultrathink:bucket:${keyId}`,
  /** String: the isolate that seals the log. */
  sealLease: 'ultrathink:seal-lease',
  /** Hash {seq, hash}: the seal that the log may not fall behind. Only a person removes it, after a wanted restore. */
  latestSeal: 'ultrathink:latest-seal',
  /** Prefix of the stock limiter's own keys. */
  failedLogins: 'ultrathink:failed-logins',
  /** JSON escapes whatever a client may put into a key, so no two claims share a name. */
  claim: (principal: string, route: string, key: string): string =>
    `ultrathink:claim:${JSON.stringify([principal, route, key])}`,
} as const;
