import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What is deployed, and what its packages are. */
const places = ['functions', 'src', 'package-lock.json'];
/** Below `src`, what no deployment runs. */
const offline = /^src\/(local|optimize)\/|\.md$/;

/**
 * SHA-256 over the deployed source, 64 lower-case hex digits: of each file its path and its own hash, by their paths. The
 * same for every runtime, so that a replay elsewhere can say whether it was the same code.
 */
export function buildHash(root: string): string {
  const paths = places.flatMap((place) => filesBelow(root, place)).filter((path) => !offline.test(path));
  const whole = createHash('sha256');
  for (const path of paths.sort()) whole.update(`${path} ${sha256Of(join(root, path))}\n`);
  return whole.digest('hex');
}

function filesBelow(root: string, place: string): readonly string[] {
  if (place.includes('.')) return [place];
  return readdirSync(join(root, place), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
}

const sha256Of = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
