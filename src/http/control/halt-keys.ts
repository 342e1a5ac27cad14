import { equalInConstantTime } from '../../core/digest.ts';
import { ok } from '../../core/result.ts';
import type { Authenticator, Principal } from '../auth.ts';
import type { Prover } from '../authenticate-request.ts';
import { readBearer } from '../bearer.ts';

/** A key that may halt and reduce, and nothing else. It is known by configuration, so it is revoked by configuration. */
export interface HaltKey {
  readonly id: string;
  /** Lower-case hex. */
  readonly secretSha256: string;
}

/**
 * Who may halt and reduce: whoever shows a halt key, without asking any store; else whoever the service's keys prove. A halt
 * key under another secret is asked of the store like any other key, which counts the failed login.
 */
export function haltKeysFirst(
  haltKeys: readonly HaltKey[],
  authenticator: Authenticator,
): Prover<Pick<Principal, 'id'> & { readonly account: string | null }> {
  return {
    async authenticate(login, scopes, request) {
      const given = typeof login === 'string' ? readBearer(login) : undefined;
      const key = given && haltKeys.find(({ id }) => id === given.id);
      return key && equalInConstantTime(key.secretSha256, given.secretSha256)
        ? ok({ id: key.id, account: null })
        : authenticator.authenticate(login, scopes, request);
    },
  };
}
