import type { KeyRow } from '../../store/key-row.ts';
import { signingSecretOf } from '../signing/signing-secret.ts';
import { shownKey } from './shown-key.ts';

/** A key with what proves its holder: the one time that it is shown. */
export const shownSecret = (
  { row, secret }: { readonly row: KeyRow; readonly secret: string },
  receiptSecret: string,
) => ({
  key: shownKey(row),
  secret,
  signingSecret: signingSecretOf(receiptSecret, row.id, row.secretSha256),
});
