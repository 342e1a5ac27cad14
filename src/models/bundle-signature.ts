import { checkOfShape } from '../core/check-of-shape.ts';
import { ed25519KeyId, ed25519PublicKey, signEd25519, verifyEd25519 } from '../core/ed25519.ts';
import { parseJson } from '../core/parse-json.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Shape } from '../core/shape.ts';
import { shapeFaultsText } from '../core/shape-faults.ts';
import type { BundleFault } from './bundle-fault.ts';

interface Signature {
  readonly format: 1;
  /** Says which of the pinned keys to check against; proves nothing. */
  readonly keyId: string;
  /** Ed25519 over {@link signedText}. */
  readonly signature: string;
}

const hexDigits = (count: number): Shape => ({
  kind: 'text',
  lengthMin: count,
  lengthMax: count,
  pattern: '^[0-9a-f]*$',
  wellFormed: null,
});

const signatureShape: Shape = {
  kind: 'object',
  members: {
    format: { kind: 'one-of', values: [1] },
    keyId: hexDigits(16),
    signature: hexDigits(128),
  },
  optional: [],
};

const isSignature = checkOfShape<Signature>(signatureShape);

/** The text of a bundle's `signature.json`, by a secret seed of 64 hex digits. The same bundle gets the same text. */
export function signBundle(bundleHash: string, signingKey: string): string {
  const keyId = ed25519KeyId(ed25519PublicKey(signingKey));
  const signature = signEd25519(signingKey, signedText(bundleHash));
  return `${JSON.stringify({ format: 1, keyId, signature }, null, 2)}\n`;
}

/**
 * Whether a text is the signature of this bundle by one of the pinned keys; the error says what is wrong with it.
 *
 * @param publicKeys 64 hex digits each, each a point of the curve
 */
export function checkSignature(
  bundleHash: string,
  text: string | null,
  publicKeys: readonly string[],
): Result<undefined, BundleFault> {
  if (text === null) return err({ code: 'UNSIGNED', detail: 'it is not signed: signature.json is missing' });
  const parsed = parseJson(text);
  if (!isSignature(parsed)) return wrong(`signature.json: ${shapeFaultsText(signatureShape, parsed)}`);
  const { keyId, signature } = parsed;
  const candidates = publicKeys.filter((key) => ed25519KeyId(key) === keyId);
  if (candidates.length === 0) return wrong(`it is signed by key ${keyId}, which is not pinned`);
  const isSigned = candidates.some((key) => verifyEd25519(key, signedText(bundleHash), signature));
  return isSigned ? ok(undefined) : wrong(`its signature by key ${keyId} is not one of this bundle`);
}

const wrong = (detail: string): Result<never, BundleFault> => err({ code: 'WRONG_SIGNATURE', detail });

/** The first line keeps a signature from standing for anything but a bundle of this service. */
const signedText = (bundleHash: string): string => `ultrathink bundle v1\n${bundleHash}`;
