import type { NativeDigests } from '../src/core/digest.ts';

export const bunDigests: NativeDigests = {
  sha256Hex: (text) => Bun.SHA256.hash(text, 'hex'),
  hmacSha256Hex: (key, text) => new Bun.CryptoHasher('sha256', key).update(text).digest('hex'),
};
