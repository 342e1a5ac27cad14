import { sha256Bytes } from '../core/digest.ts';

/**
 * Root of the Merkle tree over leaves (RFC 6962 §2.1), which a leaf's prefix keeps from passing for a node: SHA-256(0x00 ‖
 * leaf) and SHA-256(0x01 ‖ left ‖ right), split at the largest power of two below the count; SHA-256 of nothing where
 * there is no leaf.
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256Bytes(new Uint8Array(0));
  return rootOf(leaves.map((leaf) => prefixed(0, leaf)));
}

/** Level by level: a node without a sibling goes up as it is, which gives the tree of the recursive definition. */
function rootOf(level: readonly Uint8Array[]): Uint8Array {
  const [first] = level;
  if (level.length === 1 && first) return first;
  const next: Uint8Array[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const [left, right] = level.slice(index, index + 2);
    if (left) next.push(right ? prefixed(1, left, right) : left);
  }
  return rootOf(next);
}

function prefixed(prefix: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 1));
  bytes[0] = prefix;
  let at = 1;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return sha256Bytes(bytes);
}
