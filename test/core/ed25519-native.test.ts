import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ed25519PublicKey, signEd25519 } from '../../src/core/ed25519.ts';
import { isSeedOfOne, isSignedBy } from '../../src/core/ed25519-native.ts';

const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const publicKey = ed25519PublicKey(seed);
const message = 'bundle “漢”';
const signature = signEd25519(seed, message);

const flipped = (hex: string, bit: number): string => {
  const digit = (Number.parseInt(hex.charAt(bit >> 2), 16) ^ (1 << (bit & 3))).toString(16);
  return `${hex.slice(0, bit >> 2)}${digit}${hex.slice((bit >> 2) + 1)}`;
};

/** The same scalar, once more around the group: what a lax verifier takes for another signature. */
function malleated(hex: string): string {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const reversed = (text: string): string => text.match(/../g)?.reverse().join('') ?? '';
  const scalar = BigInt(`0x${reversed(hex.slice(64))}`) + order;
  return hex.slice(0, 64) + reversed(scalar.toString(16).padStart(64, '0'));
}

describe("the platform's Ed25519", () => {
  it('takes the signatures that the library makes, of any key and text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.string({ unit: 'grapheme' }),
        async (drawn, text) => {
          const own = Array.from(drawn, (byte) => byte.toString(16).padStart(2, '0')).join('');
          expect(await isSignedBy(ed25519PublicKey(own), text, signEd25519(own, text))).toBe(true);
          expect(await isSeedOfOne(own, [publicKey, ed25519PublicKey(own)])).toBe(true);
          expect(await isSeedOfOne(own, [publicKey])).toBe(false);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('takes none where one bit of message, key or signature is another', async () => {
    expect(await isSignedBy(publicKey, message, signature)).toBe(true);
    expect(await isSignedBy(publicKey, `${message} `, signature)).toBe(false);
    for (let bit = 0; bit < 512; bit += 5) {
      expect(await isSignedBy(publicKey, message, flipped(signature, bit)), `bit ${bit}`).toBe(false);
    }
    for (let bit = 0; bit < 256; bit += 3) {
      expect(await isSignedBy(flipped(publicKey, bit), message, signature), `bit ${bit} of the key`).toBe(
        false,
      );
    }
  });

  it('takes neither another form of a signature nor what is none', async () => {
    for (const other of [malleated(signature), signature.toUpperCase(), signature.slice(2), '']) {
      expect(await isSignedBy(publicKey, message, other)).toBe(false);
    }
  });

  it('takes no key of small order, under which anything can be signed', async () => {
    const identity = `01${'0'.repeat(62)}`;
    expect(await isSignedBy(identity, 'anything', `01${'0'.repeat(126)}`)).toBe(false);
  });
});
