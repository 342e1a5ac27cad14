import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519PublicKey } from '../core/ed25519.ts';
import { ROOT } from './build-worker.ts';
import { knownReleaseKey, RELEASE_KEY_FILE } from './release-key.ts';

/**
 * Whose bundles a service on this machine serves, as public keys of 64 hex digits: the deployed one's, which
 * wrangler.toml pins, and the key that `npm run optimize` signs with here, once there is one. Throws, for people to
 * read, where either is not as it should be.
 */
export function pinnedKeys(): readonly string[] {
  const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
  const shipped = /^BUNDLE_PUBLIC_KEYS = "(.+)"$/m.exec(toml)?.[1];
  if (!shipped) throw new Error('wrangler.toml states no BUNDLE_PUBLIC_KEYS');
  const own = knownReleaseKey({ env: process.env, path: RELEASE_KEY_FILE });
  if (!own.ok) throw new Error(own.error);
  const keys = shipped.split(',').map((key) => key.trim());
  return [...new Set(own.value === undefined ? keys : [...keys, ed25519PublicKey(own.value)])];
}
