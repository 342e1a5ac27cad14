/** Every Redis key that `control` owns; scripts get them as KEYS and build none themselves. */
export const redisKeys = {
  /** Hash; its fields are told in lua/merge.ts, and `breakers` in lua/sync.ts. */
  control: 'ultrathink:control',
  /** Sorted set: what became of keys (lua/tell-keys.ts), by sequence number. */
  revocations: 'ultrathink:revocations',
  /** Hash: a breaker's shared half by its name. */
  breakers: 'ultrathink:breakers',
  memo: (requestId: string): string => `ultrathink:memo:${requestId}`,
  bucket: (keyId: string): string => `ultrathink:bucket:${keyId}`,
  /** String: the isolate that seals the log. */
  sealLease: 'ultrathink:seal-lease',
  /** Hash {seq, hash}: the seal that the log may not fall behind. Only a person removes it, after a wanted restore. */
  latestSeal: 'ultrathink:latest-seal',
  /** Stream: records that wait for the database, in field `record`. */
  outbox: 'ultrathink:outbox',
  /** String: the isolate that writes them. */
  outboxLease: 'ultrathink:outbox-lease',
  /** Stream: records that no isolate could write; a person looks at them. */
  outboxSetAside: 'ultrathink:outbox-set-aside',
  /** String: bytes of the records in both streams. */
  outboxBytes: 'ultrathink:outbox-bytes',
  /** String: the minute's tick was done, or is being done. */
  tickClaim: 'ultrathink:tick-claim',
  /** Prefix of the stock limiter's own keys. */
  failedLogins: 'ultrathink:failed-logins',
  /** String: the key id of the first of two who agree to what has this hash. */
  approval: (hash: string): string => `ultrathink:approval:${hash}`,
  /** Hash: an override by its id (lua/overrides.ts). */
  overrides: 'ultrathink:overrides',
  /** String: a signature that was used. */
  signature: (signature: string): string => `ultrathink:signature:${signature}`,
  /** String: a resume's nonce, and the key id that used it. */
  resumeNonce: (nonce: string): string => `ultrathink:resume-nonce:${nonce}`,
  /** String: the key id of the first of two who let a target go at an epoch. */
  resumeApproval: (epoch: number, target: string): string => `ultrathink:resume-approval:${epoch}:${target}`,
  /** JSON escapes whatever a client may put into a key, so no two claims share a name. */
  claim: (principal: string, route: string, key: string): string =>
    `ultrathink:claim:${JSON.stringify([principal, route, key])}`,
} as const;
