import { hmacSha256Hex } from '../../core/digest.ts';

/**
 * The secret that a key signs its requests by, 64 hex digits. It is derived whenever it is needed, of what the database holds and
 * of what it does not: who reads the one alone can sign nothing. It changes with the key's own secret.
 */
export const signingSecretOf = (receiptSecret: string, keyId: string, secretSha256: string): string =>
  hmacSha256Hex(receiptSecret, `signing secret of ${keyId}, ${secretSha256}`);
