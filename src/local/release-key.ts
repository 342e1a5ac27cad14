import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { err, ok, type Result } from '../core/result.ts';
import { ROOT } from './build-worker.ts';

/** Where the key lies that signs this machine's bundles: beside no source, readable by its owner only. */
export const RELEASE_KEY_FILE = join(ROOT, '.local/release-key');

/** The variable of the environment that goes before the file. */
const SIGNING_KEY = 'BUNDLE_SIGNING_KEY';

interface ReleaseKeyOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly path: string;
}

/** The Ed25519 secret seed (64 lower-case hex digits) that signs bundles here; made at its first use. */
export function releaseKey(options: ReleaseKeyOptions): Result<string, string> {
  const { path } = options;
  const known = knownReleaseKey(options);
  if (!known.ok) return known;
  if (known.value !== undefined) return ok(known.value);
  const made = randomBytes(32).toString('hex');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${made}\n`, { mode: 0o600, flag: 'wx' });
  return ok(made);
}

/** As {@link releaseKey}, but undefined where nothing was signed yet. */
export function knownReleaseKey({ env, path }: ReleaseKeyOptions): Result<string | undefined, string> {
  const given = env[SIGNING_KEY];
  if (given !== undefined) return seedOf(given, SIGNING_KEY);
  return existsSync(path) ? seedOf(readFileSync(path, 'utf8').trim(), path) : ok(undefined);
}

const seedOf = (text: string, place: string): Result<string, string> =>
  /^[0-9a-f]{64}$/.test(text) ? ok(text) : err(`${place} does not hold a key of 64 lower-case hex digits`);
