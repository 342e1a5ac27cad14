import { z } from 'zod';
import { ed25519KeyId } from '../core/ed25519-key-id.ts';
import { isSignedBy } from '../core/ed25519-native.ts';
import { parseJson } from '../core/parse-json.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { BundleFault } from './bundle-fault.ts';

const signatureSchema = z.strictObject({
  format: z.literal(1),
  /** Says which of the pinned keys to check against; proves nothing. */
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  /** Ed25519 over {@link signedText}. */
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});

/**
 * Whether a text is the signature of this bundle by one of the pinned keys; the error says what is wrong with it.
 *
 * @param publicKeys 64 hex digits each, each a point of the curve
 */
export async function checkSignature(
  bundleHash: string,
  text: string | null,
  publicKeys: readonly string[],
): Promise<Result<undefined, BundleFault>> {
  if (text === null) return err({ code: 'UNSIGNED', detail: 'it is not signed: signature.json is missing' });
  const parsed = signatureSchema.safeParse(parseJson(text));
  if (!parsed.success) return wrong(`signature.json: ${z.prettifyError(parsed.error)}`);
  const { keyId, signature } = parsed.data;
  const candidates = publicKeys.filter((key) => ed25519KeyId(key) === keyId);
  if (candidates.length === 0) return wrong(`it is signed by key ${keyId}, which is not pinned`);
  for (const key of candidates) {
    if (await isSignedBy(key, signedText(bundleHash), signature)) return ok(undefined);
  }
  return wrong(`its signature by key ${keyId} is not one of this bundle`);
}

const wrong = (detail: string): Result<never, BundleFault> => err({ code: 'WRONG_SIGNATURE', detail });

/** The first line keeps a signature from standing for anything but a bundle of this service. */
export const signedText = (bundleHash: string): string => `ultrathink bundle v1\n${bundleHash}`;
