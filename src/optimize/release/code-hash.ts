import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../core/digest.ts';

/** What a result is made by: of all of it, names and contents. Changes with any edit, committed or not. */
export function codeHash(root: string): string {
  const paths = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hashes = [...paths, join(root, 'package-lock.json')].map(
    (path) => `${path.slice(root.length)} ${sha256Hex(new Uint8Array(readFileSync(path)))}`,
  );
  return sha256Hex(hashes.join('\n'));
}
