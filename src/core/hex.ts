const pairs = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));

/** Two lower-case hex digits of a non-negative number's lowest eight integer bits. */
export const hexOfByte = (value: number): string => pairs[value & 0xff] as string;

/** On every runtime but the oldest Node. */
interface HexBytes {
  toHex?(): string;
}

/** Two lower-case hex digits a byte. */
export function hexOf(bytes: Uint8Array & HexBytes): string {
  const native = bytes.toHex?.();
  if (native !== undefined) return native;
  let text = '';
  for (let index = 0; index < bytes.length; index += 1) text += pairs[bytes[index] as number];
  return text;
}
