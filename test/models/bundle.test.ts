import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { ed25519PublicKey, signEd25519 } from '../../src/core/ed25519.ts';
import { openBundle } from '../../src/models/bundle.ts';
import { signBundle } from '../../src/models/bundle-signature.ts';
import { releaseBundle } from '../../src/models/release.ts';
import type { BundleFiles } from '../../src/runtime.ts';
import { constantDraft, otherKey, testKey } from './constant-draft.ts';

const released = releaseBundle(constantDraft(), testKey);
if (!released.ok) throw new Error(released.error);
const { files, bundle } = released.value;
const publicKeys = [ed25519PublicKey(testKey)];

const open = (changed: Partial<BundleFiles> = {}, keys: readonly string[] = publicKeys) =>
  openBundle({ ...files, ...changed }, { publicKeys: keys });
const errorOf = (...args: Parameters<typeof open>): string => {
  const opened = open(...args);
  return opened.ok ? 'opened' : opened.error.detail;
};
const signature: { keyId: string; signature: string } = JSON.parse(files.signature);

describe('openBundle', () => {
  it('opens what a pinned key has signed, among other pinned keys', () => {
    expect(open({}, [ed25519PublicKey(otherKey), ...publicKeys])).toEqual({ ok: true, value: bundle });
  });

  it.each<[string, Partial<BundleFiles>, readonly string[], string]>([
    ['no signature', { signature: null }, publicKeys, 'it is not signed'],
    ['a signature that is no JSON', { signature: '{' }, publicKeys, 'signature.json'],
    [
      'one of another format',
      { signature: JSON.stringify({ ...signature, format: 2 }) },
      publicKeys,
      'format',
    ],
    [
      'a field too many',
      { signature: JSON.stringify({ ...signature, key: 1 }) },
      publicKeys,
      'signature.json',
    ],
    ['no pinned key at all', {}, [], `by key ${signature.keyId}, which is not pinned`],
    ['the signature of a key that is not pinned', {}, [ed25519PublicKey(otherKey)], 'which is not pinned'],
    ['a stranger’s signature', { signature: signBundle(bundle.hash, otherKey) }, publicKeys, 'not pinned'],
    [
      'a stranger’s signature under a pinned key’s name',
      {
        signature: JSON.stringify({
          ...JSON.parse(signBundle(bundle.hash, otherKey)),
          keyId: signature.keyId,
        }),
      },
      publicKeys,
      'is not one of this bundle',
    ],
    [
      'the signature of another bundle',
      { signature: signBundle('0'.repeat(64), testKey) },
      publicKeys,
      'is not one of this bundle',
    ],
    [
      'a signature over the bare hash',
      { signature: JSON.stringify({ ...signature, signature: signEd25519(testKey, bundle.hash) }) },
      publicKeys,
      'is not one of this bundle',
    ],
    ['another model', { model: files.model.map((byte) => byte ^ 1) }, publicKeys, 'sha256'],
    ['a longer model', { model: new Uint8Array([...files.model, 0]) }, publicKeys, 'its manifest says'],
    ['format 1', { manifest: files.manifest.replace('"format": 2', '"format": 1') }, publicKeys, 'format'],
    ['a manifest that is no JSON', { manifest: '' }, publicKeys, 'manifest'],
  ])('refuses %s', (_, changed, keys, reason) => {
    expect(errorOf(changed, keys)).toContain(reason);
  });

  it('refuses any other manifest under the same signature', () => {
    const manifest = JSON.parse(files.manifest);
    const numbers = ['buyAtLeast', 'sellAtMost', 'sizeFullAt', 'validForMs'];
    fc.assert(
      fc.property(fc.constantFrom(...numbers), fc.double({ min: 0, max: 1, noNaN: true }), (name, share) => {
        const policy = { ...manifest.policy, [name]: manifest.policy[name] * share };
        if (policy[name] === manifest.policy[name]) return;
        expect(open({ manifest: JSON.stringify({ ...manifest, policy }) }).ok).toBe(false);
      }),
    );
  });

  it('takes the same manifest in another layout: what is signed is its content', () => {
    const manifest = JSON.stringify(JSON.parse(files.manifest));
    expect(open({ manifest })).toEqual({ ok: true, value: bundle });
    expect(bundle.hash).toBe(sha256Hex(canonicalJson(JSON.parse(manifest))));
  });

  it('refuses risk without a limit and a limit without risk, signed or not', () => {
    const manifest = JSON.parse(files.manifest);
    const signed = (changed: object) => {
      const text = JSON.stringify({ ...manifest, ...changed });
      const hash = sha256Hex(canonicalJson(JSON.parse(text)));
      return errorOf({ manifest: text, signature: signBundle(hash, testKey) });
    };
    expect(signed({})).toBe('opened');
    expect(signed({ heads: ['direction', 'risk'] })).toContain('riskHoldAtLeast');
    expect(signed({ policy: { ...manifest.policy, riskHoldAtLeast: 0.5 } })).toContain('riskHoldAtLeast');
    expect(signed({ heads: ['risk', 'direction'] })).toContain('heads');
    expect(signed({ heads: [] })).toContain('heads');
  });
});
