import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Ed25519 } from './wasm-ed25519.ts';

/** In JavaScript, for whoever has no compiled module at hand: tests and offline tools. The Worker's build leaves it out. */
export const nobleEd25519: Ed25519 = {
  publicKeyOf: (seedHex) => bytesToHex(ed25519.getPublicKey(hexToBytes(seedHex))),
  isPublicKey: (keyHex) => ed25519.utils.isValidPublicKey(hexToBytes(keyHex), false),
  sign: (seedHex, message) => bytesToHex(ed25519.sign(utf8ToBytes(message), hexToBytes(seedHex))),
  verify: (publicKeyHex, message, signatureHex) =>
    ed25519.verify(hexToBytes(signatureHex), utf8ToBytes(message), hexToBytes(publicKeyHex), {
      zip215: false,
    }),
};
