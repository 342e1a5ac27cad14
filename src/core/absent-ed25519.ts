import type { Ed25519 } from './wasm-ed25519.ts';

function absent(): never {
  throw new Error('this build has Ed25519 as WebAssembly alone: signBy comes first');
}

/** Stands for `noble-ed25519.ts` in a Worker, which always brings the compiled module. */
export const nobleEd25519: Ed25519 = {
  publicKeyOf: absent,
  isPublicKey: absent,
  sign: absent,
  verify: absent,
};
