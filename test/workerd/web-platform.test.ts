import { describe, expect, it } from 'vitest';

describe('workerd', () => {
  it('is what these tests run on', () => {
    expect(navigator.userAgent).toBe('Cloudflare-Workers');
  });

  it('refuses to compile WebAssembly from bytes, which is why the engine comes precompiled', async () => {
    const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    await expect(WebAssembly.compile(empty)).rejects.toThrow(/disallowed|blocked|code generation/i);
  });
});
