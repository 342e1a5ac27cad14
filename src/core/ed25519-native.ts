// biome-ignore-all lint/style/noRestrictedGlobals: the platform's signatures, which no library gives as cheaply.
import { isCurvePoint } from './curve-point.ts';
import { hexOf } from './hex.ts';

// Ed25519 (RFC 8032 §5.1) by the platform: in an isolate that just started, ten times cheaper than by a library whose code is
// cold. Asynchronous, so for what happens once.

/** RFC 8410 §7: a private key of 32 bytes, which follow. */
const PKCS8_HEAD = '302e020100300506032b657004220420';

/**
 * Whether `signatureHex` is the key's over the message's UTF-8 bytes. Strict: one encoding of each point and of the scalar, no key
 * of small order; what is no hex of the right length is no signature.
 */
export async function isSignedBy(
  publicKeyHex: string,
  message: string,
  signatureHex: string,
): Promise<boolean> {
  if (!isCurvePoint(publicKeyHex) || !/^[0-9a-f]{128}$/.test(signatureHex)) return false;
  const key = await crypto.subtle.importKey('raw', bytesOf(publicKeyHex), 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, bytesOf(signatureHex), new TextEncoder().encode(message));
}

/** Whether a secret seed belongs to one of the public keys, all of 64 lower-case hex digits. */
export async function isSeedOfOne(seedHex: string, publicKeysHex: readonly string[]): Promise<boolean> {
  const seed = bytesOf(PKCS8_HEAD + seedHex);
  const key = await crypto.subtle.importKey('pkcs8', seed, 'Ed25519', false, ['sign']);
  const message = 'ultrathink: which key is this?';
  const signature = await crypto.subtle.sign('Ed25519', key, new TextEncoder().encode(message));
  const signatureHex = hexOf(new Uint8Array(signature));
  for (const publicKey of publicKeysHex) {
    if (await isSignedBy(publicKey, message, signatureHex)) return true;
  }
  return false;
}

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
