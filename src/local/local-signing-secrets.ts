import { sha256Hex } from '../core/digest.ts';
import { signingSecretOf } from '../http/signing/signing-secret.ts';
import { type Scope, scopes } from '../store/key-row.ts';
import type { Secrets } from './secrets.ts';

/** What the seeded keys, `local-<scope>`, sign their requests by. */
export function localSigningSecrets({ keys, receiptSecret }: Secrets): Readonly<Record<Scope, string>> {
  const secrets = scopes.map(
    (scope) => [scope, signingSecretOf(receiptSecret, `local-${scope}`, sha256Hex(keys[scope]))] as const,
  );
  return Object.fromEntries(secrets) as Record<Scope, string>;
}
