import { ed25519PublicKey, signEd25519 } from '../core/ed25519.ts';
import { ed25519KeyId } from '../core/ed25519-key-id.ts';
import { signedText } from './bundle-signature.ts';

/** The text of a bundle's `signature.json`, by a secret seed of 64 hex digits. The same bundle gets the same text. */
export function signBundle(bundleHash: string, signingKey: string): string {
  const keyId = ed25519KeyId(ed25519PublicKey(signingKey));
  const signature = signEd25519(signingKey, signedText(bundleHash));
  return `${JSON.stringify({ format: 1, keyId, signature }, null, 2)}\n`;
}
