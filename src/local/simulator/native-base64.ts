/**
 * Gives Node 24 what newer engines have, Uint8Array.prototype.toBase64 without its options: the libSQL client takes it where it
 * is, and else makes a text of each byte first. The client looks when it is loaded, so this is imported before it.
 */
if (!('toBase64' in Uint8Array.prototype)) {
  Object.defineProperty(Uint8Array.prototype, 'toBase64', {
    value(this: Uint8Array): string {
      return Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString('base64');
    },
  });
}
